import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { packJob } from '../../mocks/jobs/packJob.js';
import { createBullmqJobQueue } from '../../mocks/adapters/bullmq/bullmqJobQueue.js';
import { createLostJobWatch } from '../../mocks/adapters/bullmq/createLostJobWatch.js';
import { QueueUnavailableError } from '../../mocks/adapters/bullmq/QueueUnavailableError.js';
import { queueNames } from '../../mocks/adapters/bullmq/queueNames.js';
import { createRedis } from '../../mocks/adapters/redis/createRedis.js';
import { createRedisChunkStore } from '../../mocks/adapters/redis/redisChunkStore.js';
import { StoreUnavailableError } from '../../mocks/adapters/storeErrors.js';
import { QueueLimitError } from '../../mocks/jobs/QueueLimitError.js';
import type { ChunkStore, EventsJob } from '../../mocks/ports.js';
import { startCuttingProxy } from './support/cuttingProxy.js';
import { storeCalls } from './support/storeCalls.js';
import { type RedisServer, startRedisServer } from '../../bench/startRedis.mjs';

let server: RedisServer;
let keyPrefix = '';
let tests = 0;
const closers: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => server.stop());

function open(redisUrl: string, maxWaiting = 10) {
  keyPrefix = `test${++tests}`;
  const place = { redisUrl, keyPrefix, queueName: 'trace-events' };
  const log = vi.fn();
  const redis = createRedis(redisUrl);
  const store = createRedisChunkStore({ redis, keyPrefix, ttlSeconds: 60 });
  const jobs = createBullmqJobQueue({ ...place, store, maxWaiting, maxPerClient: 2, log });
  closers.push(async () => {
    await jobs.close();
    store.close();
    redis.disconnect();
  });
  return { place, redis, store, jobs, log };
}

/** BullMQ's own view of the queue, from another connection. */
function openEntries(redisUrl: string, { bull }: ReturnType<typeof queueNames>) {
  const connection = new Redis(redisUrl);
  const entries = new Queue('trace-events', { connection, prefix: bull });
  closers.push(async () => {
    await entries.close();
    connection.disconnect();
  });
  return entries;
}

const jobNamed = (jobId: string): EventsJob => ({
  jobId,
  profile: 'query_tool',
  containerIds: ['a', 'b'],
  domains: ['history', 'holds'],
  params: {},
  seedContainerIds: [],
  ancestors: {},
  seedRoots: {},
});

describe('the server’s side of the queue in Redis', () => {
  it('has the status in the store and the job in the queue once it has taken it', async () => {
    const { place, store, jobs } = open(server.url);
    await jobs.enqueue(jobNamed('a'));
    expect(await store.readJob('a')).toMatchObject({
      status: 'queued',
      cid_count: '2',
      domains: 'history,holds',
    });
    const entry = await openEntries(server.url, queueNames(place)).getJob('a');
    expect(entry!.data.job).toEqual(packJob(jobNamed('a')));
  });

  it('takes no more jobs than may wait, until one of them is cancelled', async () => {
    const { jobs, store } = open(server.url, 2);
    for (const id of ['a', 'b']) await jobs.enqueue(jobNamed(id));
    await expect(jobs.enqueue(jobNamed('c'))).rejects.toThrow('TRACE_QUEUE_MAX_WAITING');
    expect(await store.readJob('c')).toBeNull();
    expect(await jobs.cancel('a')).toBe(true);
    await jobs.enqueue(jobNamed('d'));
  });

  it('takes no more of one client than may wait, and tells each job its place', async () => {
    const { place, jobs, store } = open(server.url);
    const elsewhere = createBullmqJobQueue({
      ...place,
      store,
      maxWaiting: 10,
      maxPerClient: 2,
      log: vi.fn(),
    });
    closers.push(() => elsewhere.close());
    await jobs.enqueue(jobNamed('a'), 'ann');
    await elsewhere.enqueue(jobNamed('b'), 'ann');
    await expect(jobs.enqueue(jobNamed('c'), 'ann')).rejects.toBeInstanceOf(QueueLimitError);
    expect(await store.readJob('c')).toBeNull();
    await jobs.enqueue(jobNamed('d'), 'bob');
    const places = () => Promise.all(['a', 'b', 'c', 'd'].map((id) => elsewhere.position(id)));
    expect(await places()).toEqual([1, 2, null, 3]);
    expect(await elsewhere.cancel('a')).toBe(true);
    expect(await places()).toEqual([null, 1, null, 2]);
    await jobs.enqueue(jobNamed('e'), 'ann');
  });

  it('cancels a job that waits, and no other', async () => {
    const { place, jobs, store, redis } = open(server.url);
    await jobs.enqueue(jobNamed('a'));
    expect(await jobs.cancel('a')).toBe(true);
    expect(await jobs.cancel('a')).toBe(false);
    expect(await jobs.cancel('nobody')).toBe(false);
    expect(await store.readJob('a')).toMatchObject({ status: 'cancelled' });
    const names = queueNames(place);
    expect(await openEntries(server.url, names).getJob('a')).toBeUndefined();
    expect(await redis.hkeys(names.open)).toEqual([]);
  });

  it('rejects within seconds where no Redis listens', async () => {
    const gone = await startRedisServer();
    await gone.stop();
    const { jobs } = open(gone.url);
    const startedAt = Date.now();
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
  });

  it('takes jobs once a Redis that was away at its start is there', async () => {
    const late = await startRedisServer();
    await late.kill();
    const { jobs, store } = open(late.url);
    closers.push(() => late.stop());
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    await late.restart();
    await vi.waitFor(() => jobs.enqueue(jobNamed('b')), { timeout: 5_000 });
    expect(await store.readJob('b')).toMatchObject({ status: 'queued' });
  });

  it('takes jobs also where its first connection is cut while BullMQ looks at the server', async () => {
    const proxy = await startCuttingProxy(Number(new URL(server.url).port));
    closers.push(() => proxy.close());
    const { place, store } = open(server.url);
    const limits = { maxWaiting: 10, maxPerClient: 2 };
    const jobs = createBullmqJobQueue({
      ...place,
      ...limits,
      redisUrl: proxy.url,
      store,
      log: vi.fn(),
    });
    closers.push(() => jobs.close());
    await vi.waitFor(() => expect(proxy.connections()).toBeGreaterThan(1));
    await vi.waitFor(() => jobs.enqueue(jobNamed('a')), { timeout: 5_000 });
    expect(await store.readJob('a')).toMatchObject({ status: 'queued' });
  });

  it('rejects within seconds where Redis hangs', async () => {
    const hanging = await startRedisServer();
    closers.push(() => hanging.stop());
    const { jobs, store } = open(hanging.url);
    await jobs.enqueue(jobNamed('warm-up'));
    process.kill(hanging.pid, 'SIGSTOP');
    const refused = expect(jobs.enqueue(jobNamed('a'))).rejects;
    await refused.toBeInstanceOf(QueueUnavailableError);
    process.kill(hanging.pid, 'SIGCONT');
    expect(await store.readJob('a')).toBeNull();
  });

  it('withdraws a job whose store answered too late', async () => {
    const { place, redis, store } = open(server.url);
    let answer: () => void = () => undefined;
    const slow: ChunkStore = {
      ...storeCalls(store),
      async createJob(...args) {
        await store.createJob(...args);
        await new Promise<void>((resolve) => (answer = resolve));
      },
    };
    const jobs = createBullmqJobQueue({
      ...place,
      store: slow,
      maxWaiting: 10,
      maxPerClient: 2,
      log: vi.fn(),
    });
    closers.push(() => jobs.close());
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    answer();
    const names = queueNames(place);
    await vi.waitFor(async () => expect(await redis.hkeys(names.open)).toEqual([]));
    expect(await store.readJob('a')).toMatchObject({ status: 'failed' });
    expect(await openEntries(server.url, names).getJob('a')).toBeUndefined();
  });

  it('goes on withdrawing until the store takes it', async () => {
    const { place, redis, store } = open(server.url);
    let outages = 1;
    const failing: ChunkStore = {
      ...storeCalls(store),
      async createJob(...args) {
        await store.createJob(...args);
        throw new StoreUnavailableError('Redis is away.');
      },
      async endJob(...args) {
        if (outages-- > 0) throw new StoreUnavailableError('Redis is away.');
        await store.endJob(...args);
      },
    };
    const jobs = createBullmqJobQueue({
      ...place,
      store: failing,
      maxWaiting: 10,
      maxPerClient: 2,
      log: vi.fn(),
    });
    closers.push(() => jobs.close());
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(await store.readJob('a')).toMatchObject({ status: 'queued' });
    const isWithdrawn = async () => expect(await redis.hkeys(queueNames(place).open)).toEqual([]);
    await vi.waitFor(isWithdrawn, { timeout: 5_000 });
    expect(await store.readJob('a')).toMatchObject({ status: 'failed' });
  });
});

describe('the watch for lost jobs', () => {
  function watch({ place, redis, store }: ReturnType<typeof open>) {
    const names = queueNames(place);
    const queue = openEntries(server.url, names);
    const time = { ms: 0 };
    const log = vi.fn();
    const now = () => time.ms;
    const look = createLostJobWatch({ redis, queue, store, openKey: names.open, log, now });
    return { queue, time, look, openJobs: () => redis.hkeys(names.open) };
  }

  it('fails a job that the queue does not know, after a grace of 5 s', async () => {
    const backend = open(server.url);
    const { queue, time, look, openJobs } = watch(backend);
    for (const id of ['kept', 'lost']) await backend.jobs.enqueue(jobNamed(id));
    await queue.remove('lost');
    await look();
    time.ms = 4_999;
    await look();
    expect(await backend.store.readJob('lost')).toMatchObject({ status: 'queued' });
    time.ms = 5_000;
    await look();
    expect(await backend.store.readJob('lost')).toMatchObject({
      status: 'failed',
      error: 'The queue has lost this job; run the trace again.',
    });
    expect(await backend.store.readJob('kept')).toMatchObject({ status: 'queued' });
    expect(await openJobs()).toEqual(['kept']);
  });

  it('gives a job that is in the queue again the whole grace anew', async () => {
    const backend = open(server.url);
    const { queue, time, look } = watch(backend);
    await backend.jobs.enqueue(jobNamed('a'));
    const entry = await queue.getJob('a');
    await queue.remove('a');
    await look();
    await queue.add('events', entry!.data, { jobId: 'a' });
    time.ms = 6_000;
    await look();
    await queue.remove('a');
    await look();
    expect(await backend.store.readJob('a')).toMatchObject({ status: 'queued' });
  });

  it('forgets a job that has ended, and leaves its end as it is', async () => {
    const backend = open(server.url);
    const { queue, look, openJobs } = watch(backend);
    await backend.jobs.enqueue(jobNamed('a'));
    const attempt = await backend.store.beginAttempt('a', {});
    await attempt.end({ status: 'finished', completed_at: '1700000000' });
    await look();
    expect(await openJobs()).toEqual(['a']);
    await queue.remove('a');
    await look();
    expect(await openJobs()).toEqual([]);
    expect(await backend.store.readJob('a')).toMatchObject({ status: 'finished' });
  });
});
