import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSource } from '../../mocks/adapters/createSource.js';
import {
  type EventsRequest,
  type JobAccepted,
  type JobStatus,
  jobPath,
} from '../../src/protocol/index.js';
import {
  getJson,
  post,
  postJson,
  readError,
  readMessages,
  rowsOf,
  sourceRows,
} from './api/client.js';
import { type BackendProcess, startProcess } from './support/processes.js';
import { type RedisServer, startRedisServer } from '../../bench/startRedis.mjs';
import { detectedSeeds } from './support/syntheticFactory.js';

const SOURCE = { kind: 'synthetic', containers: 20_000, seed: 5 } as const;
const source = createSource(SOURCE);

let server: RedisServer;
let redis: Redis;
let containerIds: string[];
let keyPrefix = '';
let tests = 0;
const processes: BackendProcess[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
  containerIds = (await detectedSeeds(source)).map((seed) => seed.container_id);
});
afterEach(async () => {
  for (const process of processes.splice(0)) await process.close();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Processes of one test share a prefix of their own. */
function startBackend(servers: number, workers: number, env: Record<string, string> = {}) {
  keyPrefix = `test${++tests}`;
  const start = (entry: 'server' | 'worker') => startMore(entry, env);
  const entries = [
    ...Array.from({ length: servers }, () => start('server')),
    ...Array.from({ length: workers }, () => start('worker')),
  ];
  return Promise.all(entries);
}

async function startMore(entry: 'server' | 'worker', env: Record<string, string> = {}) {
  const process = await startProcess(entry, {
    REDIS_URL: server.url,
    REDIS_KEY_PREFIX: keyPrefix,
    TRACE_SYNTHETIC_CONTAINERS: String(SOURCE.containers),
    TRACE_SYNTHETIC_SEED: String(SOURCE.seed),
    TRACE_ASYNC_CID_THRESHOLD: '10',
    TRACE_STREAM_BATCH_SIZE: '200',
    TRACE_JOB_LOCK_SECONDS: '1',
    TRACE_JOB_STALLED_CHECK_SECONDS: '1',
    TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: '100000',
    ...env,
  });
  processes.push(process);
  return process;
}

function request(containers: number, offset = 0): EventsRequest {
  return {
    profile: 'query_tool',
    params: {},
    domains: ['history', 'materials'],
    container_ids: containerIds.slice(offset, offset + containers),
    seed_container_ids: [],
    lineage: {},
  };
}

async function startJob(host: BackendProcess, events: EventsRequest): Promise<string> {
  const { job_id } = await postJson<JobAccepted>(host, '/api/trace/events', events);
  return job_id!;
}

const statusOf = (host: BackendProcess, jobId: string) => getJson<JobStatus>(host, jobPath(jobId));

function waitForStatus(host: BackendProcess, jobId: string, status: string) {
  return vi.waitFor(
    async () => {
      const now = await statusOf(host, jobId);
      expect(now.status).toBe(status);
      return now;
    },
    { timeout: 25_000, interval: 50 },
  );
}

/** Waits until a job has stored something, so that it stands in its middle. */
function waitForChunks(jobId: string) {
  return vi.waitFor(
    async () =>
      expect(await redis.exists(`${keyPrefix}:trace:job:${jobId}:result:history:3`)).toBe(1),
    { timeout: 15_000, interval: 5 },
  );
}

/** Whoever has begun the job last. */
function workerOf(workers: readonly BackendProcess[], jobId: string): BackendProcess {
  const worker = workers.find(({ logged }) =>
    logged.some((line) => line.message === 'Job started.' && line.jobId === jobId),
  );
  if (!worker) throw new Error('No worker has begun the job.');
  return worker;
}

const messagesOf = ({ logged }: BackendProcess, jobId: string) =>
  logged.filter((line) => line.jobId === jobId).map(({ message }) => message);

/** The rows that a server streams are exactly those of the source. */
async function expectWholeResult(host: BackendProcess, jobId: string, events: EventsRequest) {
  const messages = await readMessages(host, `${jobPath(jobId)}/stream`);
  expect(messages.at(-1)).toMatchObject({ type: 'complete' });
  for (const domain of events.domains) {
    const rows = rowsOf(messages, domain);
    const expected = await sourceRows(source, events, domain);
    expect(rows).toHaveLength(expected.length);
    // a comparison of so many objects, cell by cell, takes seconds
    expect(JSON.stringify(rows) === JSON.stringify(expected), domain).toBe(true);
  }
}

const keysOf = (jobId: string) => redis.keys(`${keyPrefix}:trace:job:${jobId}:*`);
const queueEntries = async (jobId: string) => redis.keys(`${keyPrefix}:bull:*:${jobId}*`);

describe('servers and workers as processes on one Redis', { timeout: 60_000 }, () => {
  it('two workers run the jobs of two servers, and either server streams each result', async () => {
    const [a, b, ...workers] = (await startBackend(2, 2)) as [BackendProcess, BackendProcess];
    const requests = [0, 1, 2, 3].map((i) => request(1_500, i * 500));
    const jobIds = await Promise.all(
      requests.map((events, i) => startJob(i % 2 === 0 ? a : b, events)),
    );
    for (const [i, jobId] of jobIds.entries()) {
      const [asked, other] = i % 2 === 0 ? [a, b] : [b, a];
      expect(await waitForStatus(asked!, jobId, 'finished')).toMatchObject({ pct: 100 });
      await expectWholeResult(other!, jobId, requests[i]!);
      expect(await queueEntries(jobId)).toEqual([]);
    }
    for (const worker of workers as BackendProcess[]) {
      expect(worker.logged.filter((line) => line.message === 'Job started.')).not.toEqual([]);
    }
  });

  it('a job is cancelled from the other server within a second, its query with it', async () => {
    const [a, b, worker] = (await startBackend(2, 1)) as BackendProcess[];
    const jobId = await startJob(a!, request(7_000));
    const waiting = await startJob(a!, request(7_000));
    await waitForChunks(jobId);
    const answer = await b!.request(jobPath(jobId), { method: 'DELETE' });
    expect(await answer.json()).toEqual({ job_id: jobId, status: 'cancelled' });
    await vi.waitFor(() => expect(messagesOf(worker!, jobId)).toContain('Job stopped.'), {
      timeout: 1_000,
      interval: 10,
    });
    expect(await keysOf(jobId)).toEqual([`${keyPrefix}:trace:job:${jobId}:meta`]);
    await vi.waitFor(async () => expect(await queueEntries(jobId)).toEqual([]));
    expect(await statusOf(a!, jobId)).toMatchObject({ status: 'cancelled' });

    await b!.request(jobPath(waiting), { method: 'DELETE' });
    expect(await statusOf(a!, waiting)).toMatchObject({ status: 'cancelled' });
  });

  it('a queued job that is cancelled is never begun', async () => {
    const [a] = (await startBackend(1, 0)) as BackendProcess[];
    const cancelled = await startJob(a!, request(500));
    const events = request(500, 100);
    const kept = await startJob(a!, events);
    await a!.request(jobPath(cancelled), { method: 'DELETE' });
    expect(await queueEntries(cancelled)).toEqual([]);
    const worker = await startMore('worker');
    await waitForStatus(a!, kept, 'finished');
    expect(messagesOf(worker, cancelled)).toEqual([]);
    expect(await statusOf(a!, cancelled)).toMatchObject({ status: 'cancelled' });
  });

  it('a job that waits is told its place, and a client that has enough of them waits with 429', async () => {
    const [a, b] = (await startBackend(2, 0, { TRACE_QUEUE_MAX_PER_CLIENT: '2' })) as [
      BackendProcess,
      BackendProcess,
    ];
    const jobIds = [await startJob(a, request(500)), await startJob(b, request(500))];
    const answer = await post(a, '/api/trace/events', request(500));
    expect(await readError(answer)).toMatchObject({
      status: 429,
      error: { code: 'TOO_MANY_REQUESTS', message: expect.stringContaining('2 of your traces') },
      meta: { retry_after_seconds: 30 },
    });
    expect(await statusOf(a, jobIds[0]!)).toMatchObject({ status: 'queued', position: 1 });
    expect(await statusOf(a, jobIds[1]!)).toMatchObject({ status: 'queued', position: 2 });
    await startMore('worker');
    expect(await waitForStatus(b, jobIds[1]!, 'finished')).not.toHaveProperty('position');
  });

  it('the job of a killed worker is taken up again, with the rows of an undisturbed run', async () => {
    const [a, ...workers] = (await startBackend(1, 2)) as [BackendProcess];
    const events = request(4_000);
    const jobId = await startJob(a, events);
    await waitForChunks(jobId);
    const first = workerOf(workers, jobId);
    await first.stop('SIGKILL');
    await waitForStatus(a, jobId, 'finished');
    await expectWholeResult(a, jobId, events);
    expect(await redis.hget(`${keyPrefix}:trace:job:${jobId}:meta`, 'attempt')).toBe('2');
  });

  it('a job whose workers die as often as they may is failed', async () => {
    const env = { TRACE_JOB_MAX_ATTEMPTS: '1' };
    const [a, ...workers] = (await startBackend(1, 2, env)) as [BackendProcess];
    const jobId = await startJob(a, request(7_000));
    await waitForChunks(jobId);
    await workerOf(workers, jobId).stop('SIGKILL');
    const status = await waitForStatus(a, jobId, 'failed');
    expect(status.error).toContain('1 workers died or hung');
    expect(await keysOf(jobId)).toEqual([`${keyPrefix}:trace:job:${jobId}:meta`]);
    await vi.waitFor(async () => expect(await queueEntries(jobId)).toEqual([]));
  });

  it('a worker that comes back late writes nothing into what another has taken over', async () => {
    // so late that it would not look after its lock for half a minute
    const env = { TRACE_JOB_LOCK_SECONDS: '60' };
    const [a, ...workers] = (await startBackend(1, 2, env)) as [BackendProcess];
    const events = request(4_000);
    const jobId = await startJob(a, events);
    await waitForChunks(jobId);
    const late = workerOf(workers, jobId);
    const other = (workers as BackendProcess[]).find((worker) => worker !== late)!;
    late.signal('SIGSTOP');
    await redis.del(`${keyPrefix}:bull:trace-events:${jobId}:lock`);
    await waitForStatus(a, jobId, 'finished');
    const hash = await redis.hgetall(`${keyPrefix}:trace:job:${jobId}:meta`);
    late.signal('SIGCONT');
    await vi.waitFor(() => expect(messagesOf(late, jobId)).toContain('Job stopped.'), {
      timeout: 10_000,
    });
    expect(await redis.hgetall(`${keyPrefix}:trace:job:${jobId}:meta`)).toEqual(hash);
    expect(messagesOf(other, jobId)).toEqual(['Job started.', 'Job finished.']);
    await expectWholeResult(a, jobId, events);
  });

  it('a client that follows has rows while the job is at work in another process', async () => {
    const [a] = (await startBackend(1, 1)) as BackendProcess[];
    const jobId = await startJob(a!, request(4_000));
    const stream = await a!.request(`${jobPath(jobId)}/stream?follow=1`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"type":"records"')) text += (await reader.read()).value;
    expect(await statusOf(a!, jobId)).toMatchObject({ status: 'started' });
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(JSON.parse(text.trimEnd().split('\n').at(-1)!)).toMatchObject({ type: 'complete' });
  });

  it('a worker that is asked to end hands its job back, and the next takes it up', async () => {
    const [a, first] = (await startBackend(1, 1, {
      TRACE_JOB_LOCK_SECONDS: '60',
    })) as BackendProcess[];
    const events = request(4_000);
    const jobId = await startJob(a!, events);
    await waitForChunks(jobId);
    expect(await first!.stop('SIGTERM')).toBe(0);
    expect(messagesOf(first!, jobId)).toEqual(['Job started.', 'Job handed back.']);
    expect(await statusOf(a!, jobId)).toMatchObject({ status: 'queued', pct: 0 });
    const next = await startMore('worker', { TRACE_JOB_MAX_ATTEMPTS: '1' });
    await waitForStatus(a!, jobId, 'finished');
    expect(next.logged).toContainEqual(
      expect.objectContaining({ message: 'Job started.', jobId, stalled: 0 }),
    );
    await expectWholeResult(a!, jobId, events);
    expect(await a!.stop('SIGTERM')).toBe(0);
  });

  it('the server answers 503 while the queue is down, and leaves nothing behind', async () => {
    const own = await startRedisServer({ aof: 'always' });
    const [a] = (await startBackend(1, 0, { REDIS_URL: own.url })) as BackendProcess[];
    try {
      await postJson(a!, '/api/trace/events', request(5));
      await own.kill();
      const answer = await post(a!, '/api/trace/events', request(500));
      expect(answer.headers.get('Retry-After')).toBe('30');
      expect(await readError(answer)).toMatchObject({
        status: 503,
        error: { code: 'SERVICE_UNAVAILABLE' },
      });
      expect((await post(a!, '/api/trace/events', request(5))).status).toBe(200);
      await own.restart();
      const worker = await startMore('worker', { REDIS_URL: own.url });
      const events = request(300);
      const jobId = await vi.waitFor(() => startJob(a!, events), {
        timeout: 10_000,
        interval: 200,
      });
      await waitForStatus(a!, jobId, 'finished');
      await expectWholeResult(a!, jobId, events);
      expect(worker.logged.filter((line) => line.message === 'Job started.')).toHaveLength(1);
    } finally {
      await own.stop();
    }
  });
});
