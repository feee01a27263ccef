import { describe, expect, it, vi } from 'vitest';
import { packJob } from '../../mocks/jobs/packJob.js';
import { createLostJobWatch } from '../../mocks/adapters/bullmq/createLostJobWatch.js';
import { QueueUnavailableError } from '../../mocks/adapters/bullmq/QueueUnavailableError.js';
import { StoreUnavailableError } from '../../mocks/adapters/storeErrors.js';
import { QueueLimitError } from '../../mocks/jobs/QueueLimitError.js';
import type { ChunkStore } from '../../mocks/ports.js';
import { startCuttingProxy } from './support/cuttingProxy.js';
import { storeCalls } from './support/storeCalls.js';
import { startRedisServer } from '../../bench/startRedis.mjs';
import { jobNamed, useQueue } from './support/useQueue.js';

const { closing, open, openJobs, openEntries } = useQueue();

describe('the server’s side of the queue in Redis', () => {
  it('has the status in the store and the job in the queue once it has taken it', async () => {
    const { place, store, jobs } = await open();
    await jobs.enqueue(jobNamed('a'));
    expect(await store.readJob('a')).toMatchObject({
      status: 'queued',
      cid_count: '2',
      domains: 'history,holds',
    });
    const entry = await openEntries(place).getJob('a');
    expect(entry!.data.job).toEqual(packJob(jobNamed('a')));
  });

  it('takes no more jobs than may wait, until one of them is cancelled', async () => {
    const { jobs, store } = await open({ maxWaiting: 2 });
    for (const id of ['a', 'b']) await jobs.enqueue(jobNamed(id));
    await expect(jobs.enqueue(jobNamed('c'))).rejects.toThrow('TRACE_QUEUE_MAX_WAITING');
    expect(await store.readJob('c')).toBeNull();
    expect(await jobs.cancel('a')).toBe(true);
    await jobs.enqueue(jobNamed('d'));
  });

  it('takes no more of one client than may wait, and tells each job its place', async () => {
    const { place, jobs, store } = await open();
    const elsewhere = openJobs(place, store);
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

  it('takes no more of all sessions of an address together than three times as many', async () => {
    const { jobs } = await open();
    const names = [
      'a@home',
      'a@home',
      'b@home',
      'b@home',
      'c@home',
      'c@elsewhere',
      'd@home',
      'home',
    ];
    for (const [i, name] of names.entries()) await jobs.enqueue(jobNamed(`job${i}`), name);
    const refused = ['a@office', 'e@home'];
    for (const name of refused) {
      await expect(jobs.enqueue(jobNamed('more'), name)).rejects.toBeInstanceOf(QueueLimitError);
    }
    await jobs.enqueue(jobNamed('other'), 'e@office');
  });

  it.each([
    { limit: 'a client', client: 'ann', maxWaiting: 10, taken: 2 },
    { limit: 'the queue', client: undefined, maxWaiting: 3, taken: 3 },
  ])('passes no limit of $limit with 20 jobs at once over two servers', async (limits) => {
    const { client, maxWaiting, taken } = limits;
    const { place, store, jobs, redis, names } = await open({ maxWaiting });
    const elsewhere = openJobs(place, store, { maxWaiting });
    const ids = Array.from({ length: 20 }, (_, i) => `job${i}`);
    const answers = await Promise.allSettled(
      ids.map((id, i) => (i % 2 === 0 ? jobs : elsewhere).enqueue(jobNamed(id), client)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(taken);
    expect(await jobs.countWaiting()).toBe(taken);
    expect(await redis.hlen(names.open)).toBe(taken);
    expect(await redis.exists(names.places)).toBe(0);
  });

  it('counts a job that a server has reserved a place for and not queued yet', async () => {
    const { place, store, jobs, redis, names } = await open();
    let goOn: () => void = () => undefined;
    const slow: ChunkStore = {
      ...storeCalls(store),
      async createJob(...args) {
        await new Promise<void>((resolve) => (goOn = resolve));
        await store.createJob(...args);
      },
    };
    await jobs.enqueue(jobNamed('a'), 'ann');
    const queueing = openJobs(place, slow).enqueue(jobNamed('b'), 'ann');
    await vi.waitFor(async () => expect(await redis.zcard(names.places)).toBe(1));
    expect(await redis.pttl(names.places)).toBeGreaterThan(0);
    await expect(jobs.enqueue(jobNamed('c'), 'ann')).rejects.toBeInstanceOf(QueueLimitError);
    goOn();
    await queueing;
    expect(await redis.exists(names.places)).toBe(0);
  });

  it('counts no reservation that has ended, and no job twice', async () => {
    const { jobs, redis, names } = await open({ maxWaiting: 2 });
    await redis.zadd(names.places, Date.now() - 1, 'of-a-dead-server');
    await jobs.enqueue(jobNamed('a'));
    await redis.zadd(names.places, Date.now() + 60_000, 'a');
    await jobs.enqueue(jobNamed('b'));
  });

  it('cancels a job that waits, and no other', async () => {
    const { place, names, jobs, store, redis } = await open();
    await jobs.enqueue(jobNamed('a'));
    expect(await jobs.cancel('a')).toBe(true);
    expect(await jobs.cancel('a')).toBe(false);
    expect(await jobs.cancel('nobody')).toBe(false);
    expect(await store.readJob('a')).toMatchObject({ status: 'cancelled' });
    expect(await openEntries(place).getJob('a')).toBeUndefined();
    expect(await redis.hkeys(names.open)).toEqual([]);
  });

  it('rejects within seconds where no Redis listens', async () => {
    const gone = await startRedisServer();
    await gone.stop();
    const { jobs } = await open({ redisUrl: gone.url });
    const startedAt = Date.now();
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
  });

  it('takes jobs once a Redis that was away at its start is there', async () => {
    const late = await startRedisServer();
    await late.kill();
    const { jobs, store } = await open({ redisUrl: late.url });
    closing.push(() => late.stop());
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    await late.restart();
    await vi.waitFor(() => jobs.enqueue(jobNamed('b')), { timeout: 5_000 });
    expect(await store.readJob('b')).toMatchObject({ status: 'queued' });
  });

  it('takes jobs also where its first connection is cut while BullMQ looks at the server', async () => {
    const { place, store } = await open();
    const proxy = await startCuttingProxy(Number(new URL(place.redisUrl).port));
    closing.push(() => proxy.close());
    const jobs = openJobs({ ...place, redisUrl: proxy.url }, store);
    await vi.waitFor(() => expect(proxy.connections()).toBeGreaterThan(1));
    await vi.waitFor(() => jobs.enqueue(jobNamed('a')), { timeout: 5_000 });
    expect(await store.readJob('a')).toMatchObject({ status: 'queued' });
  });

  it('rejects within seconds where Redis hangs', async () => {
    const hanging = await startRedisServer();
    closing.push(() => hanging.stop());
    const { jobs, store } = await open({ redisUrl: hanging.url });
    await jobs.enqueue(jobNamed('warm-up'));
    process.kill(hanging.pid, 'SIGSTOP');
    const refused = expect(jobs.enqueue(jobNamed('a'))).rejects;
    await refused.toBeInstanceOf(QueueUnavailableError);
    process.kill(hanging.pid, 'SIGCONT');
    expect(await store.readJob('a')).toBeNull();
  });

  it('withdraws a job whose store answered too late', async () => {
    const { place, names, redis, store } = await open();
    let answer: () => void = () => undefined;
    const slow: ChunkStore = {
      ...storeCalls(store),
      async createJob(...args) {
        await store.createJob(...args);
        await new Promise<void>((resolve) => (answer = resolve));
      },
    };
    const jobs = openJobs(place, slow);
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    answer();
    await vi.waitFor(async () => expect(await redis.exists(names.open, names.places)).toBe(0));
    expect(await store.readJob('a')).toMatchObject({ status: 'failed' });
    expect(await openEntries(place).getJob('a')).toBeUndefined();
  });

  it('goes on withdrawing until the store takes it', async () => {
    const { place, names, redis, store } = await open();
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
    const jobs = openJobs(place, failing);
    await expect(jobs.enqueue(jobNamed('a'))).rejects.toBeInstanceOf(QueueUnavailableError);
    expect(await store.readJob('a')).toMatchObject({ status: 'queued' });
    const isWithdrawn = async () => expect(await redis.hkeys(names.open)).toEqual([]);
    await vi.waitFor(isWithdrawn, { timeout: 5_000 });
    expect(await store.readJob('a')).toMatchObject({ status: 'failed' });
  });
});

describe('the watch for lost jobs', () => {
  function watch({ place, names, redis, store }: Awaited<ReturnType<typeof open>>) {
    const queue = openEntries(place);
    const time = { ms: 0 };
    const log = vi.fn();
    const now = () => time.ms;
    const look = createLostJobWatch({ redis, queue, store, openKey: names.open, log, now });
    return { queue, time, look, openJobs: () => redis.hkeys(names.open) };
  }

  it('fails a job that the queue does not know, after a grace of 5 s', async () => {
    const backend = await open();
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
    const backend = await open();
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

  it('renews a job that waits, and none that is cancelled', async () => {
    const backend = await open();
    const { redis, store, jobs, place } = backend;
    const { look } = watch(backend);
    const hash = (jobId: string) => `${place.keyPrefix}:trace:job:${jobId}:meta`;
    const ids = ['waits', 'cancelled'];
    for (const id of ids) await jobs.enqueue(jobNamed(id));
    await store.endJob('cancelled', { status: 'cancelled', completed_at: '1700000000' });
    for (const id of ids) await redis.pexpire(hash(id), 1_000);
    await look();
    expect(await redis.pttl(hash('waits'))).toBeGreaterThan(50_000);
    expect(await redis.pttl(hash('cancelled'))).toBeLessThan(1_001);
    expect(await store.readJob('waits')).toMatchObject({ status: 'queued' });
  });

  it('makes no job of an entry whose hash has expired, and forgets it once it is gone', async () => {
    const backend = await open();
    const { redis, store, jobs, place } = backend;
    const { queue, time, look, openJobs: openIds } = watch(backend);
    await jobs.enqueue(jobNamed('a'));
    await redis.del(`${place.keyPrefix}:trace:job:a:meta`);
    await look();
    expect(await openIds()).toEqual(['a']);
    await queue.remove('a');
    await look();
    expect(await openIds()).toEqual(['a']);
    time.ms = 5_000;
    await look();
    expect(await openIds()).toEqual([]);
    expect(await store.readJob('a')).toBeNull();
  });

  it('forgets a job that has ended, and leaves its end as it is', async () => {
    const backend = await open();
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
