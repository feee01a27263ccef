import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChaosTrace } from './ChaosTrace.js';
import { cutEverywhere } from './cutEverywhere.js';
import { makeGivenTraces } from './givenTraces.js';
import { holdChaos } from './holdChaos.js';
import { startRedisTraces, type RedisTraces } from './redisTraces.js';
import { tellRun } from './tellRun.js';

const RUNS = 60;
const SEED = 5;
const BATCH_SIZE = 3;

/** A few of the runs of `npm run chaos`, which holds thousands. */
async function expectHonestEnds(traces: readonly ChaosTrace[], server: string) {
  const tally = await holdChaos({ traces, runs: RUNS, seed: SEED });
  const again = `npm run chaos -- --seed ${SEED} --server ${server}`;
  expect(tally.runs).toBe(RUNS);
  expect(tally.failures.map((run) => tellRun(run, again))).toEqual([]);
  expect(tally.unfinished.map((run) => tellRun(run, again))).toEqual([]);
  expect(tally.fit).toBeGreaterThan(RUNS / 10);
}

async function expectRightCuts(trace: ChaosTrace, every: number) {
  const { positions, wrong } = await cutEverywhere({ trace, every });
  expect(wrong).toEqual([]);
  expect(positions).toBeGreaterThan(60);
}

describe('traces under random faults end complete, or say exactly what is missing', () => {
  it('read from a server of the given contract', async () => {
    const traces = await makeGivenTraces({ batchSize: BATCH_SIZE, batches: 40 });
    await expectHonestEnds(traces, 'given');
  }, 180_000);

  describe('read from the real server on Redis', () => {
    let redis: RedisTraces;
    beforeAll(async () => {
      redis = await startRedisTraces({ batchSize: BATCH_SIZE, containers: 25 });
    }, 60_000);
    afterAll(() => redis.stop());

    it('with cursors', () => expectHonestEnds(redis.traces, 'redis'), 180_000);
  });
});

it('a stream of the given contract that is cut ends complete all the same', async () => {
  const [plain] = await makeGivenTraces({ batchSize: BATCH_SIZE, batches: 15 });
  // a prime number of bytes: every place of a line comes up, and each way of cutting
  await expectRightCuts(plain!, 211);
}, 120_000);
