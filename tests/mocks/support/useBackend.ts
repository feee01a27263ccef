import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { createSource } from '../../../mocks/adapters/createSource.js';
import {
  type EventsRequest,
  type JobAccepted,
  type JobStatus,
  jobPath,
  type StreamMessage,
} from '../../../src/protocol/index.js';
import { getJson, postJson, rowsOf, sourceRows } from '../api/client.js';
import { type BackendProcess, startProcess } from './processes.js';
import { type RedisServer, startRedisServer } from '../../../bench/startRedis.mjs';
import { detectedSeeds } from './syntheticFactory.js';

const SOURCE = { kind: 'synthetic', containers: 20_000, seed: 5 } as const;

/** The source that the processes of `useBackend` read. */
export const source = createSource(SOURCE);

export async function startJob(host: BackendProcess, events: EventsRequest): Promise<string> {
  const { job_id } = await postJson<JobAccepted>(host, '/api/trace/events', events);
  return job_id!;
}

export const statusOf = (host: BackendProcess, jobId: string) =>
  getJson<JobStatus>(host, jobPath(jobId));

export function waitForStatus(host: BackendProcess, jobId: string, status: string) {
  return vi.waitFor(
    async () => {
      const now = await statusOf(host, jobId);
      expect(now.status).toBe(status);
      return now;
    },
    { timeout: 25_000, interval: 50 },
  );
}

/** The rows of a stream's messages are exactly those of the source. */
export async function expectRows(messages: readonly StreamMessage[], events: EventsRequest) {
  expect(messages.at(-1)).toMatchObject({ type: 'complete' });
  for (const domain of events.domains) {
    const rows = rowsOf(messages, domain);
    const expected = await sourceRows(source, events, domain);
    expect(rows).toHaveLength(expected.length);
    // a comparison of so many objects, cell by cell, takes seconds
    expect(JSON.stringify(rows) === JSON.stringify(expected), domain).toBe(true);
  }
}

/** A redis-server for a test file, and servers and workers on it, each test's ended with it. */
export function useBackend() {
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

  /** One more process of the test. */
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

  return {
    get redis() {
      return redis;
    },
    get keyPrefix() {
      return keyPrefix;
    },
    startMore,
    /** The processes of a test, which share a prefix of their own. */
    start(servers: number, workers: number, env: Record<string, string> = {}) {
      keyPrefix = `test${++tests}`;
      const entries = [
        ...Array.from({ length: servers }, () => startMore('server', env)),
        ...Array.from({ length: workers }, () => startMore('worker', env)),
      ];
      return Promise.all(entries);
    },
    request(containers: number, offset = 0): EventsRequest {
      return {
        profile: 'query_tool',
        params: {},
        domains: ['history', 'materials'],
        container_ids: containerIds.slice(offset, offset + containers),
        seed_container_ids: [],
        lineage: {},
      };
    },
    /** Waits until a job has stored something, so that it stands in its middle. */
    waitForChunks(jobId: string) {
      return vi.waitFor(
        async () =>
          expect(await redis.exists(`${keyPrefix}:trace:job:${jobId}:result:history:3`)).toBe(1),
        { timeout: 15_000, interval: 5 },
      );
    },
  };
}
