import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBullmqJobQueue } from '../../mocks/adapters/bullmq/bullmqJobQueue.js';
import { createBullmqWorker } from '../../mocks/adapters/bullmq/bullmqWorker.js';
import { queueNames } from '../../mocks/adapters/bullmq/queueNames.js';
import { createRedis } from '../../mocks/adapters/redis/createRedis.js';
import { createRedisChunkStore } from '../../mocks/adapters/redis/redisChunkStore.js';
import type { EventsJob } from '../../mocks/ports.js';
import { fakeThread } from './support/fakeThread.js';
import { type RedisServer, startRedisServer } from '../../bench/startRedis.mjs';

let server: RedisServer;
let tests = 0;
const closers: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => server.stop());

/** A server's queue and a worker on one Redis; the worker's threads do what the test tells them. */
async function open(changes: { lockSeconds?: number; stalledCheckSeconds?: number } = {}) {
  const place = {
    redisUrl: server.url,
    keyPrefix: `test${++tests}`,
    queueName: 'trace-events',
  };
  const redis = createRedis(server.url);
  const store = createRedisChunkStore({ redis, keyPrefix: place.keyPrefix, ttlSeconds: 60 });
  const logged: string[] = [];
  const log = (_level: string, message: string) => void logged.push(message);
  const jobs = createBullmqJobQueue({ ...place, store, maxWaiting: 10, maxPerClient: 2, log });
  const threads: ReturnType<typeof fakeThread>[] = [];
  const worker = createBullmqWorker({
    ...place,
    store,
    startThread() {
      threads.push(fakeThread());
      return threads.at(-1)!.thread;
    },
    source: { kind: 'synthetic', containers: 10, seed: 1 },
    batchSize: 10,
    maxWorkers: 1,
    chunkEncoding: 'json',
    timeoutSeconds: 60,
    workerCount: 2,
    lockSeconds: 30,
    stalledCheckSeconds: 30,
    maxAttempts: 2,
    log,
    ...changes,
  });
  const connection = new Redis(server.url);
  const entries = new Queue(place.queueName, { connection, prefix: queueNames(place).bull });
  await worker.ready();
  closers.push(async () => {
    await worker.close();
    await jobs.close();
    await entries.close();
    store.close();
    connection.disconnect();
    redis.disconnect();
  });
  return { place, redis, store, jobs, worker, threads, entries, logged };
}

const jobNamed = (jobId: string): EventsJob => ({
  jobId,
  profile: 'query_tool',
  containerIds: ['a'],
  domains: ['history'],
  params: {},
  seedContainerIds: [],
  ancestors: {},
  seedRoots: {},
});

type Backend = Awaited<ReturnType<typeof open>>;

/** Queues a job and waits until its thread has begun. */
async function start({ jobs, threads }: Backend, jobId: string) {
  const before = threads.length;
  await jobs.enqueue(jobNamed(jobId));
  await vi.waitFor(() => expect(threads).toHaveLength(before + 1));
  return threads.at(-1)!;
}

const hasStopped = (thread: ReturnType<typeof fakeThread>) => () =>
  expect(thread.thread.post).toHaveBeenLastCalledWith({ type: 'stop' });

describe('a worker on BullMQ', () => {
  it('leaves nothing of a job in the queue once it has ended', async () => {
    const backend = await open({ stalledCheckSeconds: 1 });
    const { store, entries, redis, place } = backend;
    for (const jobId of ['finishes', 'fails']) {
      const thread = await start(backend, jobId);
      expect(await entries.getJobState(jobId)).toBe('active');
      if (jobId === 'finishes') thread.say({ type: 'finished' });
      else thread.say({ type: 'failed', message: 'no rows', cause: 'no rows' });
      await vi.waitFor(async () => expect(await entries.getJobState(jobId)).toBe('unknown'));
    }
    expect(await store.readJob('finishes')).toMatchObject({ status: 'finished' });
    expect(await store.readJob('fails')).toMatchObject({ status: 'failed', error: 'no rows' });
    const { bull, open: openKey } = queueNames(place);
    expect(await redis.keys(`${bull}:*fini*`)).toEqual([]);
    await vi.waitFor(async () => expect(await redis.hkeys(openKey)).toEqual([]), {
      timeout: 4_000,
    });
  });

  it('stops a job that writes nothing as soon as it is cancelled', async () => {
    const backend = await open();
    const thread = await start(backend, 'a');
    expect(await backend.jobs.cancel('a')).toBe(true);
    await vi.waitFor(hasStopped(thread));
    await vi.waitFor(async () => expect(await backend.entries.getJobState('a')).toBe('unknown'));
    expect(await backend.store.readJob('a')).toMatchObject({ status: 'cancelled' });
  });

  it('stops a job whose cancelling it has not heard of at the next check', async () => {
    const backend = await open({ stalledCheckSeconds: 1 });
    const thread = await start(backend, 'a');
    await backend.store.endJob('a', { status: 'cancelled', completed_at: '1700000000' });
    await vi.waitFor(hasStopped(thread), { timeout: 4_000 });
  });

  it('stops a job on which it has lost its lock, and takes it up again', async () => {
    const backend = await open({ lockSeconds: 1, stalledCheckSeconds: 1 });
    const { threads, redis, place, store } = backend;
    const thread = await start(backend, 'a');
    await redis.del(`${queueNames(place).bull}:trace-events:a:lock`);
    await vi.waitFor(hasStopped(thread), { timeout: 4_000 });
    await vi.waitFor(() => expect(threads).toHaveLength(2), { timeout: 8_000 });
    threads[1]!.say({ type: 'finished' });
    await vi.waitFor(async () =>
      expect(await store.readJob('a')).toMatchObject({ status: 'finished', attempt: '2' }),
    );
  });

  it('hears of cancelled jobs again after its connection was cut', async () => {
    const backend = await open();
    const { redis } = backend;
    const list = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    const id = /id=(\d+)/.exec(list)![1]!;
    await redis.call('CLIENT', 'KILL', 'ID', id);
    const thread = await start(backend, 'a');
    await vi.waitFor(async () =>
      expect(String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))).toContain('sub=1'),
    );
    await backend.jobs.cancel('a');
    await vi.waitFor(hasStopped(thread));
  });

  it('runs as many jobs at once as it may, and hands all of them back when it is closed', async () => {
    const backend = await open();
    const { jobs, worker, threads, entries, store, logged } = backend;
    for (const id of ['a', 'b']) await start(backend, id);
    await jobs.enqueue(jobNamed('c'));
    await worker.close();
    expect(threads).toHaveLength(2);
    for (const thread of threads) hasStopped(thread)();
    for (const id of ['a', 'b', 'c']) {
      expect(await entries.getJobState(id)).toBe('waiting');
      expect(await store.readJob(id)).toMatchObject({ status: 'queued' });
    }
    expect(logged.filter((message) => message === 'Job handed back.')).toHaveLength(2);
  });
});
