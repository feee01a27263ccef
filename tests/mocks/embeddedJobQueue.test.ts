import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { createEmbeddedJobQueue } from '../../mocks/adapters/embedded/embeddedJobQueue.js';
import type { JobThread } from '../../mocks/adapters/embedded/runInThread.js';
import { startNodeThread } from '../../mocks/adapters/embedded/startNodeThread.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import type { EventsJob, JobQueue } from '../../mocks/ports.js';
import { readResultMeta } from '../../mocks/results/resultMeta.js';
import { JOB_THREAD_URL } from './api/backend.js';
import { fakeThread } from './support/fakeThread.js';

const SOURCE = { kind: 'synthetic', containers: 20_000, seed: 1 } as const;
const logged: string[] = [];
const queues: JobQueue[] = [];
afterEach(async () => {
  vi.useRealTimers();
  logged.length = 0;
  for (const queue of queues.splice(0)) await queue.close();
});

function createQueue(
  startThread: () => JobThread,
  options: { workerCount?: number; maxBytes?: number } = {},
) {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: options.maxBytes ?? 2 ** 30 });
  const queue = createEmbeddedJobQueue({
    store,
    source: SOURCE,
    startThread,
    batchSize: 1_000,
    maxWorkers: 2,
    chunkEncoding: 'json',
    workerCount: options.workerCount ?? 1,
    timeoutSeconds: 30,
    maxWaiting: 3,
    maxPerClient: 2,
    log: (level, message) => void logged.push(`${level}: ${message}`),
  });
  queues.push(queue);
  return { store, queue };
}

const realThread =
  (heapMb: number, url = JOB_THREAD_URL) =>
  () =>
    startNodeThread({ url, heapMb });

async function createJob(jobId: string, changes: Partial<EventsJob> = {}): Promise<EventsJob> {
  const source = createSource(SOURCE);
  const params = { mode: 'date_range', start_date: '2025-09-01', end_date: '2026-02-27' } as const;
  const { seeds } = await source.resolveSeeds({ profile: 'mid_section_defect', params });
  return {
    jobId,
    profile: 'query_tool',
    containerIds: seeds.slice(0, 500).map((seed) => seed.container_id),
    domains: ['history', 'holds'],
    params: {},
    seedContainerIds: [],
    ancestors: {},
    seedRoots: {},
    ...changes,
  };
}

const ended = ['finished', 'failed', 'cancelled'];
function waitForEnd(store: ReturnType<typeof createQueue>['store'], jobId: string) {
  return vi.waitFor(
    async () => {
      const fields = await store.readJob(jobId);
      expect(ended).toContain(fields?.status);
      return fields!;
    },
    { timeout: 20_000, interval: 20 },
  );
}

describe('the embedded queue', () => {
  it('stores each batch as the thread has it, and finishes', async () => {
    const { store, queue } = createQueue(realThread(128));
    const job = await createJob('job');
    await queue.enqueue(job);
    expect(await store.readJob('job')).toMatchObject({
      status: expect.any(String),
      cid_count: '500',
    });
    expect(await waitForEnd(store, 'job')).toMatchObject({ status: 'finished', pct: '100' });
    const meta = await readResultMeta(store, 'job');
    const rows: unknown[] = [];
    for (let i = 0; i < meta!.domains.history!.chunks; i++) {
      rows.push(
        ...JSON.parse(new TextDecoder().decode((await store.get('job', `result:history:${i}`))!)),
      );
    }
    const expected: unknown[] = [];
    for await (const batch of createSource(SOURCE).fetchEvents(job.containerIds, 'history', {
      batchSize: 99,
    })) {
      expected.push(...batch.rows());
    }
    expect(rows).toEqual(expected);
  });

  it('fails a job that runs out of memory, and lives on', async () => {
    const { store, queue } = createQueue(realThread(6));
    const ancestors = Object.fromEntries(
      Array.from({ length: 60_000 }, (_, i) => [`seed-${i}`, [`parent-${i}`, `root-${i}`]]),
    );
    await queue.enqueue(
      await createJob('large', {
        profile: 'mid_section_defect',
        ancestors,
        domains: ['upstream_history'],
      }),
    );
    const fields = await waitForEnd(store, 'large');
    expect(fields).toMatchObject({ status: 'failed' });
    expect(fields.error).toContain('TRACE_JOB_HEAP_MB');
    expect(await store.get('large', 'result:upstream_history:0')).toBeNull();
  });

  it('fails a job whose thread is killed', async () => {
    const url = new URL('data:text/javascript,setTimeout(()=>process.exit(9),50)');
    const { store, queue } = createQueue(realThread(64, url));
    await queue.enqueue(await createJob('killed'));
    const fields = await waitForEnd(store, 'killed');
    expect(fields).toMatchObject({ status: 'failed', error: expect.stringContaining('code 9') });
  });

  it('fails a job that takes longer than it may', async () => {
    vi.useFakeTimers();
    const { thread } = fakeThread();
    const { store, queue } = createQueue(() => thread);
    await queue.enqueue(await createJob('slow'));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(await store.readJob('slow')).toMatchObject({ status: 'started' });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await store.readJob('slow')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('longer than 30 s'),
    });
    expect(thread.post).toHaveBeenLastCalledWith({ type: 'stop' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(thread.terminate).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(1); // the sweep of the store
  });

  it('fails a job whose result does not fit into the store', async () => {
    const { store, queue } = createQueue(realThread(128), { maxBytes: 300_000 });
    await queue.enqueue(await createJob('large'));
    const fields = await waitForEnd(store, 'large');
    expect(fields.error).toContain('TRACE_STORE_MAX_BYTES');
    expect(store.byteLength).toBe(0);
  });

  it('runs as many jobs at once as it has workers, the others wait in their order', async () => {
    const threads = [fakeThread(), fakeThread(), fakeThread()];
    let started = 0;
    const { store, queue } = createQueue(() => threads[started++]!.thread, { workerCount: 2 });
    for (const id of ['a', 'b', 'c']) await queue.enqueue(await createJob(id));
    const statuses = async () =>
      Promise.all(['a', 'b', 'c'].map(async (id) => (await store.readJob(id))!.status));
    expect(await statuses()).toEqual(['started', 'started', 'queued']);
    threads[1]!.say({ type: 'finished' });
    await vi.waitFor(async () =>
      expect(await statuses()).toEqual(['started', 'finished', 'started']),
    );
  });

  it('cancels a queued and a running job, and takes nothing more of either', async () => {
    const running = fakeThread();
    const { store, queue } = createQueue(() => running.thread);
    await queue.enqueue(await createJob('running'));
    await queue.enqueue(await createJob('waiting'));
    expect(await queue.cancel('waiting')).toBe(true);
    expect(await queue.cancel('running')).toBe(true);
    expect(await queue.cancel('running')).toBe(false);
    expect(await queue.cancel('nobody')).toBe(false);
    const value = new Uint8Array(3);
    const request = { method: 'put', jobId: 'running', key: 'result:history:0', value } as const;
    running.say({ type: 'store', call: 0, request });
    running.die('too late');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await store.get('running', 'result:history:0')).toBeNull();
    expect(await store.readJob('running')).toMatchObject({ status: 'cancelled' });
    expect(await store.readJob('waiting')).toMatchObject({ status: 'cancelled' });
    expect(running.thread.terminate).toHaveBeenCalledTimes(1);
  });

  it('fails a job that its thread cannot take, and goes on with the next', async () => {
    const refusing = () => {
      const { thread } = fakeThread();
      vi.mocked(thread.post).mockImplementation(() => {
        throw new RangeError('too deep to be cloned');
      });
      return thread;
    };
    const last = fakeThread();
    const threads = [refusing(), refusing(), last.thread];
    const { store, queue } = createQueue(() => threads.shift()!);
    for (const id of ['a', 'b', 'c']) await queue.enqueue(await createJob(id));
    await vi.waitFor(async () => {
      for (const id of ['a', 'b']) {
        expect(await store.readJob(id)).toMatchObject({
          status: 'failed',
          error: expect.stringContaining('too deep'),
        });
      }
      expect(await store.readJob('c')).toMatchObject({ status: 'started' });
    });
    expect(last.thread.post).toHaveBeenCalledTimes(1);
  });

  it('takes no more jobs than may wait', async () => {
    const { queue } = createQueue(() => fakeThread().thread);
    for (const id of ['running', 'a', 'b', 'c']) await queue.enqueue(await createJob(id));
    await expect(queue.enqueue(await createJob('d'))).rejects.toThrow('TRACE_QUEUE_MAX_WAITING');
    expect(await queue.cancel('a')).toBe(true);
    await queue.enqueue(await createJob('e'));
  });

  it('takes no more of one client than may wait, and tells each job its place', async () => {
    const first = fakeThread();
    const { queue } = createQueue(() => first.thread);
    await queue.enqueue(await createJob('running'), 'ann');
    for (const id of ['a', 'b']) await queue.enqueue(await createJob(id), 'ann');
    await expect(queue.enqueue(await createJob('c'), 'ann')).rejects.toThrow('2 of your traces');
    await queue.enqueue(await createJob('d'), 'bob');
    const places = () =>
      Promise.all(['running', 'a', 'b', 'c', 'd'].map((id) => queue.position(id)));
    expect(await places()).toEqual([null, 1, 2, null, 3]);
    expect(await queue.cancel('a')).toBe(true);
    expect(await places()).toEqual([null, null, 1, null, 2]);
    await queue.enqueue(await createJob('e'), 'ann');
  });

  it('keeps a job that runs for longer than results live', async () => {
    vi.useFakeTimers();
    const running = fakeThread();
    const { store, queue } = createQueue(() => running.thread);
    await queue.enqueue(await createJob('long'));
    for (let batch = 0; batch < 5; batch++) {
      await vi.advanceTimersByTimeAsync(5_000);
      vi.setSystemTime(Date.now() + 30_000); // the clock of the TTL, not that of the job's timeout
      const request = {
        method: 'put',
        jobId: 'long',
        key: `result:history:${batch}`,
        value: new Uint8Array(2),
      } as const;
      running.say({ type: 'store', call: batch, request });
      await vi.advanceTimersByTimeAsync(0);
    }
    running.say({ type: 'finished' });
    await vi.advanceTimersByTimeAsync(0);
    expect(await store.readJob('long')).toMatchObject({ status: 'finished', cid_count: '500' });
    expect(await store.get('long', 'result:history:0')).not.toBeNull();
  });

  it('fails the running jobs when it is closed', async () => {
    const running = fakeThread();
    const { store, queue } = createQueue(() => running.thread);
    await queue.enqueue(await createJob('running'));
    await queue.close();
    expect(await store.readJob('running')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('stopped'),
    });
    expect(running.thread.post).toHaveBeenLastCalledWith({ type: 'stop' });
    running.say({ type: 'failed', message: 'aborted', cause: 'aborted' });
    expect(running.thread.terminate).toHaveBeenCalledTimes(1);
  });

  it('lets a thread end its queries before it is terminated, for ten seconds', async () => {
    vi.useFakeTimers();
    const threads = [fakeThread(), fakeThread()];
    let started = 0;
    const { queue } = createQueue(() => threads[started++]!.thread, { workerCount: 2 });
    for (const id of ['quick', 'stuck']) await queue.enqueue(await createJob(id));
    await vi.advanceTimersByTimeAsync(0);
    const [quick, stuck] = threads as [(typeof threads)[0], (typeof threads)[0]];
    for (const id of ['quick', 'stuck']) expect(await queue.cancel(id)).toBe(true);
    for (const { thread } of threads) {
      expect(thread.post).toHaveBeenLastCalledWith({ type: 'stop' });
      expect(thread.terminate).not.toHaveBeenCalled();
    }
    quick.say({ type: 'failed', message: 'aborted', cause: 'aborted' });
    expect(quick.thread.terminate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(stuck.thread.terminate).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(stuck.thread.terminate).toHaveBeenCalledTimes(1);
    expect(quick.thread.terminate).toHaveBeenCalledTimes(1);
    expect(logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});

it('a job whose end the store refuses keeps no other one waiting', async () => {
  const threads: ReturnType<typeof fakeThread>[] = [];
  const { store, queue } = createQueue(() => {
    threads.push(fakeThread());
    return threads.at(-1)!.thread;
  });
  const begin = store.beginAttempt.bind(store);
  vi.spyOn(store, 'beginAttempt').mockImplementationOnce(async (...job) => {
    const attempt = await begin(...job);
    vi.spyOn(attempt, 'end').mockRejectedValueOnce(new Error('The job has expired.'));
    return attempt;
  });
  await queue.enqueue(await createJob('first'));
  await queue.enqueue(await createJob('second'));
  await vi.waitFor(() => expect(threads).toHaveLength(1));
  threads[0]!.say({ type: 'failed', message: 'x', cause: 'x' });
  await vi.waitFor(() => expect(threads).toHaveLength(2));
  expect(logged).toContain('error: The queue failed on a job.');
});
