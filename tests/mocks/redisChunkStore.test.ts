import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { RedisJob } from '../../mocks/adapters/redis/RedisJob.js';
import { takeJob } from '../../mocks/adapters/redis/removeResult.js';
import { ResultLostError } from '../../mocks/adapters/storeErrors.js';
import {
  AttemptLostError,
  type ChunkStore,
  type JobAttempt,
  type ResultKey,
} from '../../mocks/ports.js';
import { describeChunkStore } from './ports/chunkStoreSuite.js';
import { passSeconds } from './support/redisTime.js';
import { useRedis } from './support/useRedis.js';

const redisServer = useRedis();
const { openStore } = redisServer;

describeChunkStore('the Redis adapter', async () => {
  const { store, redis } = await openStore();
  return { store, passSeconds: (seconds) => passSeconds(redis, seconds) };
});

const bytes = (text: string) => new TextEncoder().encode(text);
const FINISHED = { status: 'finished', completed_at: '7' };
const FAILED = { status: 'failed', completed_at: '7' };
const CANCELLED = { status: 'cancelled', completed_at: '8' };

async function openWithKeys() {
  const opened = await openStore();
  const { redis, keyPrefix } = opened;
  const job = `${keyPrefix}:trace:job:a:`;
  const keys = async () => {
    const all = await redis.keys(`${keyPrefix}*`);
    return all.map((key) => key.replace(job, '')).sort();
  };
  const ttl = (key: string) => redis.pttl(`${job}${key}`);
  return { ...opened, job, keys, ttl };
}

describe('keys and their TTL', () => {
  it('are those of the contract, each with a TTL from its first write on', async () => {
    const { store, keys, ttl } = await openWithKeys();
    await store.createJob('a', { status: 'queued' });
    expect(await ttl('meta')).toBeGreaterThan(59_000);
    const attempt = await store.beginAttempt('a', { domains: 'history' });
    await attempt.put('result:history:0', bytes('[1]'));
    await attempt.put('result:aggregation', bytes('{}'));
    await attempt.put('result:meta', bytes('{}'));
    const expected = ['meta', 'result:aggregation', 'result:history:0', 'result:meta'];
    expect(await keys()).toEqual(expected);
    for (const key of expected) {
      expect(await ttl(key), key).toBeGreaterThan(59_000);
      expect(await ttl(key), key).toBeLessThanOrEqual(60_000);
    }
  });

  it('keep the hash alive with every write', async () => {
    const { store, redis, ttl } = await openWithKeys();
    const attempt = await store.beginAttempt('a', {});
    const writes = [
      () => attempt.put('result:history:0', bytes('[1]')),
      () => attempt.updateJob({ pct: '1' }),
      () => attempt.drop(['result:history:0']),
      () => store.createJob('a', {}),
      () => attempt.end(FAILED),
      () => store.endJob('a', CANCELLED),
    ];
    for (const write of writes) {
      await passSeconds(redis, 30);
      expect(await ttl('meta')).toBeLessThanOrEqual(30_000);
      await write();
      expect(await ttl('meta'), write.toString()).toBeGreaterThan(59_000);
    }
  });

  it('go together when a result has finished, its meta a little before', async () => {
    const { store, redis, keys, ttl } = await openWithKeys();
    const attempt = await store.beginAttempt('a', {});
    await attempt.put('result:history:0', bytes('[1]'));
    await passSeconds(redis, 20);
    await attempt.put('result:history:1', bytes('[1]'));
    await attempt.put('result:meta', bytes('{}'));
    await attempt.put('result:aggregation', bytes('{}'));
    await attempt.end(FINISHED);
    const meta = await ttl('result:meta');
    expect(meta).toBeGreaterThan(58_000);
    expect(meta).toBeLessThanOrEqual(59_400);
    for (const key of (await keys()).filter((key) => key !== 'result:meta')) {
      expect(await ttl(key), key).toBeGreaterThan(59_000);
    }
  });
});

describe('what a job had stored', () => {
  it('goes when an attempt begins, any number of chunks and of domains', async () => {
    const { store, redis, keyPrefix, job, keys } = await openWithKeys();
    const { store: other } = await openStore({ keyPrefix });
    const first = await store.beginAttempt('a', { domains: 'history,holds' });
    await first.put('result:aggregation', bytes('{}'));
    await first.put('result', bytes('{}'));
    for (const domain of ['history', 'holds']) {
      const values = Array.from({ length: 401 }, (_, i) => [`${job}result:${domain}:${i}`, '[1]']);
      await redis.mset(...values.flat());
    }
    await other.beginAttempt('a', {});
    expect(await keys()).toEqual(['meta']);
  });

  it('goes also where its job was forgotten, by the domains of the new attempt', async () => {
    const { store, redis, job, keys } = await openWithKeys();
    await redis.set(`${job}result:history:0`, '[1]');
    await store.beginAttempt('a', { domains: 'history' });
    expect(await keys()).toEqual(['meta']);
  });

  it('goes as far as its meta tells, over gaps, where nothing else tells of its domains', async () => {
    const { store, redis, job, keys } = await openWithKeys();
    await redis.set(`${job}result:meta`, '{"domains":{"history":{"chunks":900,"total":1}}}');
    await redis.mset(`${job}result:history:0`, '[1]', `${job}result:history:899`, '[1]');
    await store.endJob('a', CANCELLED);
    expect(await keys()).toEqual(['meta']);
  });

  it('goes with a failed attempt, also of domains that the job does not name', async () => {
    const { store, keys } = await openWithKeys();
    const attempt = await store.beginAttempt('a', { domains: 'history' });
    await attempt.put('result:history:0', bytes('[1]'));
    await attempt.put('result:upstream_history:0', bytes('[1]'));
    await attempt.put('result:meta', bytes('{"domains":'));
    await attempt.end(FAILED);
    expect(await keys()).toEqual(['meta']);
  });

  it('must be there to the last key before the job is called finished', async () => {
    const { store, redis, job, keys } = await openWithKeys();
    const attempt = await store.beginAttempt('a', { status: 'started', domains: 'history' });
    await attempt.put('result:history:0', bytes('[1]'));
    await attempt.put('result:history:1', bytes('[2]'));
    await attempt.put('result:holds:0', bytes('[3]'));
    await attempt.drop(['result:holds:0']);
    await redis.unlink(`${job}result:history:0`);
    await expect(attempt.end(FINISHED)).rejects.toThrow(ResultLostError);
    await expect(attempt.end(FINISHED)).rejects.toThrow('result:history:0 of job a');
    expect(await store.readJob('a')).toMatchObject({ status: 'started' });
    await attempt.put('result:history:0', bytes('[1]'));
    await attempt.end(FINISHED);
    expect(await keys()).toEqual(['meta', 'result:history:0', 'result:history:1']);
  });
});

describe('fencing', () => {
  it('holds off an attempt of the same number, whose job had been forgotten', async () => {
    const { store, redis } = await openStore();
    const first = await store.beginAttempt('a', {});
    await passSeconds(redis, 61);
    await store.beginAttempt('a', {});
    expect(await store.readJob('a')).toEqual({ attempt: '1' });
    await expect(first.put('result:history:0', bytes('[1]'))).rejects.toThrow(AttemptLostError);
  });

  it('counts an attempt once that is begun twice, as after a lost connection', async () => {
    const { store, redis, keyPrefix } = await openStore();
    const job = new RedisJob(redis, keyPrefix, 60_000, 'a');
    const take = { from: '', to: 'token', isAttempt: true, fields: {} };
    for (let i = 0; i < 2; i++) expect(await takeJob(job, take)).toBe(true);
    expect(await store.readJob('a')).toEqual({ attempt: '1' });
  });

  it('takes an end that is said twice, as after a lost connection, for one', async () => {
    const { store } = await openStore();
    const attempt = await store.beginAttempt('a', {});
    await attempt.put('result:history:0', bytes('[1]'));
    await attempt.end(FINISHED);
    await attempt.end(FINISHED);
    expect(await store.readJob('a')).toEqual({ attempt: '1', 'chunks:history': '1', ...FINISHED });
    await expect(attempt.updateJob({ pct: '1' })).rejects.toThrow(AttemptLostError);
    await store.endJob('a', CANCELLED);
    await expect(attempt.end(FINISHED)).rejects.toThrow(AttemptLostError);
  });

  it('leaves one whole result where attempts of many processes race', async () => {
    const { store, keyPrefix } = await openStore();
    const { store: other } = await openStore({ keyPrefix });
    const race = async (owner: ChunkStore, mark: string) => {
      const attempt = await owner.beginAttempt('a', { domains: 'history' });
      for (let i = 0; i < 20; i++) {
        await attempt.put(`result:history:${i}`, bytes(mark));
        // what was just put is never another's
        await attempt.updateJob({ pct: mark });
      }
      await attempt.end(FINISHED);
      return mark;
    };
    const marks = Array.from({ length: 10 }, (_, i) => String(i));
    const ends = await Promise.allSettled(
      marks.map((mark) => race(Number(mark) % 2 ? store : other, mark)),
    );
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(won).toHaveLength(1);
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(AttemptLostError);
    }
    for (let i = 0; i < 20; i++) {
      const value = await store.get('a', `result:history:${i}`);
      expect(new TextDecoder().decode(value!)).toBe(won[0]);
    }
    expect(await store.readJob('a')).toMatchObject({ attempt: '10', pct: won[0] });
  });

  const KEYS: ResultKey[] = [
    'result:history:0',
    'result:history:1',
    'result:holds:0',
    'result:meta',
  ];
  const step = fc.oneof(
    fc.record({ op: fc.constant('begin' as const) }),
    fc.record({
      op: fc.constantFrom('put' as const, 'drop' as const),
      by: fc.nat(2),
      key: fc.constantFrom(...KEYS),
    }),
    fc.record({
      op: fc.constantFrom('update' as const, 'finish' as const, 'fail' as const),
      by: fc.nat(2),
    }),
    fc.record({ op: fc.constant('endJob' as const) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  /** What each step came to, and what is there in the end. */
  async function play(store: ChunkStore, jobId: string, steps: readonly Step[]) {
    const attempts: JobAttempt[] = [];
    const ended = new Set<JobAttempt>();
    const run = async (step: Step, i: number) => {
      if (step.op === 'begin') {
        attempts.push(
          await store.beginAttempt(jobId, { status: 'started', domains: 'history,holds' }),
        );
        return 'begun';
      }
      if (step.op === 'endJob') return store.endJob(jobId, CANCELLED);
      const attempt = attempts.at(-1 - step.by);
      // an end that is said twice is another test's
      if (!attempt || ended.has(attempt)) return 'nobody';
      if (step.op === 'put') return attempt.put(step.key, bytes(`[${i}]`));
      if (step.op === 'drop') return attempt.drop([step.key]);
      if (step.op === 'update') return attempt.updateJob({ pct: String(i) });
      ended.add(attempt);
      return attempt.end(step.op === 'finish' ? FINISHED : FAILED);
    };
    const came: unknown[] = [];
    for (const [i, step] of steps.entries()) {
      came.push(await run(step, i).catch((error: Error) => error.name));
    }
    const values = await Promise.all(KEYS.map((key) => store.get(jobId, key)));
    return {
      came,
      job: await store.readJob(jobId),
      values: values.map((value) => value && new TextDecoder().decode(value)),
    };
  }

  it('ends every run of steps as the memory store does', async () => {
    const { store } = await openStore();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const memory = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 });
        const jobId = `job-${runs++}`;
        expect(await play(store, jobId, steps)).toEqual(await play(memory, jobId, steps));
      }),
      { numRuns: 150 },
    );
  });
});

describe('two processes', () => {
  it('hear of each other what they write', async () => {
    const { store: server, keyPrefix } = await openStore();
    const { store: worker } = await openStore({ keyPrefix });
    let heard = 0;
    server.subscribe('a', () => heard++);
    const told = async (write: () => Promise<unknown>) => {
      const before = heard;
      await write();
      await expect.poll(() => heard).toBeGreaterThan(before);
    };
    await expect.poll(() => worker.createJob('a', {}).then(() => heard)).toBeGreaterThan(0);
    const attempt = await worker.beginAttempt('a', {});
    await told(() => attempt.put('result:history:0', bytes('[1]')));
    await told(() => attempt.updateJob({ pct: '1' }));
    await told(() => attempt.drop(['result:history:0']));
    await told(() => attempt.end(FINISHED));
    await told(() => worker.endJob('a', CANCELLED));
  });

  it('each listen on one connection, to a job once however many do', async () => {
    const { store, redis, keyPrefix } = await openStore();
    const channel = (job: string) => `${keyPrefix}:trace:job:${job}:changed`;
    const subscribers = async (job: string) => (await redis.pubsub('NUMSUB', channel(job)))[1];
    const ends = ['a', 'a', 'b'].map((job) => store.subscribe(job, () => undefined));
    await expect.poll(() => subscribers('b')).toBe(1);
    expect(await subscribers('a')).toBe(1);
    const clients = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    expect(clients.trim().split('\n')).toHaveLength(1);
    ends[0]!();
    ends[0]!();
    ends[2]!();
    await expect.poll(() => subscribers('b')).toBe(0);
    expect(await subscribers('a')).toBe(1);
    ends[1]!();
    await expect.poll(() => subscribers('a')).toBe(0);
    const connections = async () => {
      const info = await redis.info('clients');
      return Number(/connected_clients:(\d+)/.exec(info)![1]);
    };
    const before = await connections();
    store.close();
    await expect.poll(connections).toBe(before - 1);
  });

  it('hear on a given connection, which stays open when the store closes', async () => {
    const subscriber = await redisServer.open();
    const { store, redis } = await openStore({ subscriber });
    let heard = 0;
    store.subscribe('a', () => heard++);
    await expect.poll(() => store.createJob('a', {}).then(() => heard)).toBeGreaterThan(0);
    store.close();
    await expect.poll(() => redis.pubsub('CHANNELS')).toEqual([]);
    expect(subscriber.status).toBe('ready');
  });
});
