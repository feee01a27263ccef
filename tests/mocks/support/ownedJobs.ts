import { afterEach } from 'vitest';
import { createEmbeddedJobQueue } from '../../../mocks/adapters/embedded/embeddedJobQueue.js';
import { createMemoryChunkStore } from '../../../mocks/adapters/memory/memoryChunkStore.js';
import { createTraceApp, type TraceAppPorts } from '../../../mocks/app.js';
import { createSessionOwner } from '../../../mocks/http/sessionOwner.js';
import type { ChunkStore, JobAttempt, JobQueue } from '../../../mocks/ports.js';
import { nodeCompression } from '../../../mocks/results/nodeCompression.js';
import { encodeJson } from '../../../mocks/results/resultMeta.js';
import type { JobAccepted } from '../../../src/protocol/index.js';
import { SETTINGS, SOURCE } from '../api/backend.js';
import { createSource } from '../../../mocks/adapters/createSource.js';
import { useQueue } from './useQueue.js';

export const STATES = ['queued', 'running', 'finished', 'failed', 'cancelled'] as const;
export type JobState = (typeof STATES)[number];
type Headers = Record<string, string>;

/** The rows of every job's one domain: two chunks of two. */
export const ROWS = [1, 2, 3, 4].map((number) => ({ CONTAINERID: `c${number}` }));

/** A queue that nothing is taken from: a job goes on as the test says. */
const memoryQueue = (store: ChunkStore): JobQueue =>
  createEmbeddedJobQueue({
    store,
    source: SOURCE,
    startThread: () => {
      throw new Error('No job is to be run.');
    },
    ...{ batchSize: 2, maxWorkers: 1, chunkEncoding: 'json', timeoutSeconds: 60 },
    ...{ workerCount: 0, maxWaiting: 100, maxPerClient: 100, log: () => undefined },
  });

/** Apps in memory and on a real Redis, and jobs in them that stand wherever a test wants them. */
export function useOwnedJobs() {
  const queues = useQueue();
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function open(kind: 'memory' | 'Redis', ports: Partial<TraceAppPorts> = {}) {
    const store =
      kind === 'memory' ? createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 }) : undefined;
    const opened = store
      ? { store, jobs: memoryQueue(store), redis: null }
      : await queues.open({ maxWaiting: 100 });
    closing.push(() => opened.jobs.close());
    const app = createTraceApp({
      source: createSource(SOURCE),
      store: opened.store,
      queue: opened.jobs,
      settings: SETTINGS,
      compression: nodeCompression,
      ownerOf: createSessionOwner(SETTINGS),
      ...ports,
    });
    return { app, store: opened.store, redis: opened.redis };
  }
  return { open };
}

export type OwnedApp = Awaited<ReturnType<ReturnType<typeof useOwnedJobs>['open']>>;

/** What a job is made of. */
export const events = (containers = 101) => ({
  profile: 'query_tool',
  domains: ['history'],
  container_ids: Array.from({ length: containers }, (_, i) => `c${i}`),
  params: {},
});

/** A job that these headers ask for, in a state. */
export async function makeJob({ app, store }: OwnedApp, state: JobState, headers: Headers) {
  const answer = await app.request('/api/trace/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(events()),
  });
  const { job_id, status_url } = (await answer.json()) as JobAccepted;
  const jobId = job_id!;
  const url = status_url;
  if (state === 'cancelled') await app.request(url, { method: 'DELETE', headers });
  if (state === 'queued' || state === 'cancelled') return { jobId, url, attempt: null };
  const attempt = await store.beginAttempt(jobId, { status: 'started' });
  await attempt.put('result:history:0', encodeJson(ROWS.slice(0, 2)));
  if (state === 'finished') await finishJob(attempt);
  if (state === 'failed') {
    await attempt.end({ status: 'failed', error: 'no luck', completed_at: '1' });
  }
  return { jobId, url, attempt };
}

/** The rest of a job that runs. */
export async function finishJob(attempt: JobAttempt): Promise<void> {
  await attempt.put('result:history:1', encodeJson(ROWS.slice(2)));
  const history = { chunks: 2, total: 4, batch_size: 2 };
  const meta = { profile: 'query_tool', domains: { history }, failed_domains: [] };
  await attempt.put('result:meta', encodeJson(meta));
  await attempt.end({ status: 'finished', completed_at: '1' });
}
