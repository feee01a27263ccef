import { expect, it, vi } from 'vitest';
import { withHeartbeat } from '../../mocks/http/heartbeat.js';
import type { StreamPieces } from '../../mocks/http/streamBody.js';
import { createManualSleep } from './support/manualSleep.js';

const NEVER = new AbortController().signal;

it('beats between lines, never inside of one', async () => {
  const { sleep, sleepers, passMs } = createManualSleep();
  async function* slowly(): StreamPieces {
    await sleep(25_000, NEVER);
    yield '{"data":';
    await sleep(25_000, NEVER);
    yield new Uint8Array(2);
    await sleep(25_000, NEVER);
    yield '}\n';
    await sleep(25_000, NEVER);
  }
  const seen: unknown[] = [];
  let isDone = false;
  const reading = (async () => {
    for await (const piece of withHeartbeat(slowly(), sleep)) seen.push(piece);
    isDone = true;
  })();
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    passMs(5_000);
  }
  await reading;
  const beat = '\n';
  expect(seen).toEqual([beat, beat, '{"data":', new Uint8Array(2), '}\n', beat, beat]);
  expect(sleepers.size).toBe(0);
});

it('ends the pieces when it is ended, and passes their failure on', async () => {
  const { sleep } = createManualSleep();
  const end = vi.fn();
  async function* pieces(): StreamPieces {
    try {
      yield 'a\n';
      throw new Error('broken');
    } finally {
      end();
    }
  }
  const left = withHeartbeat(pieces(), sleep);
  await left.next();
  await left.return();
  expect(end).toHaveBeenCalledTimes(1);
  const failing = withHeartbeat(pieces(), sleep);
  await failing.next();
  await expect(failing.next()).rejects.toThrow('broken');
});
