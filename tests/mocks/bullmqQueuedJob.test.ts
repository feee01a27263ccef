import { type Job, WaitingError } from 'bullmq';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueuedJobRun } from '../../mocks/adapters/bullmq/QueuedJobRun.js';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { ResultLostError, StoreUnavailableError } from '../../mocks/adapters/storeErrors.js';
import { jobFields, type QueuedJob } from '../../mocks/jobs/jobFields.js';
import type { ChunkStore, JobAttempt } from '../../mocks/ports.js';
import { fakeThread } from './support/fakeThread.js';
import { storeCalls } from './support/storeCalls.js';

const DATA: QueuedJob = {
  job: {
    jobId: 'job',
    profile: 'query_tool',
    containerIds: ['a', 'b'],
    domains: ['history'],
    params: {},
    seedContainerIds: [],
    ancestors: {},
    seedRoots: {},
  },
  createdAt: '1700000000',
};

const logged: string[] = [];
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  logged.length = 0;
});

function prepare(changes: { store?: Partial<ChunkStore>; stalledCounter?: number } = {}) {
  const memory = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 2 ** 20 });
  void memory.createJob('job', jobFields(DATA, 'queued'));
  const store: ChunkStore = {
    ...storeCalls(memory),
    ...changes.store,
  };
  const { thread, say, die } = fakeThread();
  const moveToWait = vi.fn();
  const queued = { data: DATA, stalledCounter: changes.stalledCounter ?? 0, moveToWait };
  const startThread = vi.fn(() => thread);
  const run = new QueuedJobRun(queued as unknown as Job<QueuedJob>, {
    store,
    startThread,
    source: { kind: 'synthetic', containers: 10, seed: 1 },
    batchSize: 10,
    maxWorkers: 1,
    chunkEncoding: 'json',
    timeoutSeconds: 30,
    maxAttempts: 2,
    log: (level, message) => void logged.push(`${level}: ${message}`),
  });
  return { memory, run, thread, say, die, moveToWait, startThread };
}

const unavailable = () => Promise.reject(new StoreUnavailableError('Redis is away.'));

describe('a job that a worker has taken from the queue', () => {
  it('runs in a thread as a new attempt, and ends in the store', async () => {
    const { memory, run, thread, say } = prepare();
    const done = run.run('token');
    await vi.advanceTimersByTimeAsync(0);
    expect(thread.post).toHaveBeenCalledWith(
      expect.objectContaining({ type: 'run', job: DATA.job }),
    );
    expect(await memory.readJob('job')).toMatchObject({
      status: 'started',
      attempt: '1',
      cid_count: '2',
      created_at: '1700000000',
    });
    const value = new Uint8Array([1]);
    say({ type: 'store', call: 7, request: { method: 'put', key: 'result:meta', value } });
    await vi.advanceTimersByTimeAsync(0);
    expect(thread.post).toHaveBeenLastCalledWith({ type: 'reply', call: 7, error: null });
    say({ type: 'finished' });
    await done;
    expect(await memory.readJob('job')).toMatchObject({ status: 'finished', pct: '100' });
    expect(await memory.get('job', 'result:meta')).toEqual(value);
    expect(thread.terminate).toHaveBeenCalledTimes(1);
  });

  it('fails when it takes longer than it may', async () => {
    const { memory, run, thread } = prepare();
    const done = run.run('token');
    await vi.advanceTimersByTimeAsync(30_000);
    await done;
    expect(await memory.readJob('job')).toMatchObject({
      status: 'failed',
      error: 'The job took longer than 30 s and was stopped.',
    });
    expect(thread.post).toHaveBeenLastCalledWith({ type: 'stop' });
  });

  it('fails when its thread dies or cannot be started', async () => {
    const dying = prepare();
    const done = dying.run.run('token');
    await vi.advanceTimersByTimeAsync(0);
    dying.die('The job ran out of memory.');
    await done;
    expect(await dying.memory.readJob('job')).toMatchObject({
      status: 'failed',
      error: 'The job ran out of memory.',
    });
    const refused = prepare();
    refused.startThread.mockImplementation(() => {
      throw new Error('no more threads');
    });
    await refused.run.run('token');
    expect(await refused.memory.readJob('job')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('no more threads'),
    });
  });

  it.each(['finished', 'failed', 'cancelled'])('is not run again once it is %s', async (status) => {
    const { memory, run, startThread } = prepare();
    await memory.createJob('job', { ...jobFields(DATA, status) });
    await run.run('token');
    expect(startThread).not.toHaveBeenCalled();
    expect(await memory.readJob('job')).toMatchObject({ status });
  });

  it('is not run once it has expired', async () => {
    const { memory, run, startThread } = prepare({ store: { readJob: async () => null } });
    await run.run('token');
    expect(startThread).not.toHaveBeenCalled();
    expect(await memory.readJob('job')).toMatchObject({ status: 'queued' });
    expect(logged).toEqual(['warning: Job dropped: it expired before it was run.']);
  });

  it('fails without being run once as many workers as may have died of it', async () => {
    const { memory, run, startThread } = prepare({ stalledCounter: 2 });
    await memory.createJob('job', jobFields(DATA, 'started'));
    await run.run('token');
    expect(startThread).not.toHaveBeenCalled();
    expect(await memory.readJob('job')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('2 workers died'),
    });
    const last = prepare({ stalledCounter: 1 });
    const done = last.run.run('token');
    await vi.advanceTimersByTimeAsync(0);
    last.say({ type: 'finished' });
    await done;
    expect(await last.memory.readJob('job')).toMatchObject({ status: 'finished' });
  });

  it('tells its end to a store that was away as soon as that is back', async () => {
    const outages: (() => Promise<void>)[] = [unavailable, unavailable];
    const { memory, run, say } = prepare({
      store: {
        async beginAttempt(...args): Promise<JobAttempt> {
          const attempt = await memory.beginAttempt(...args);
          return { ...attempt, end: (fields) => outages.shift()?.() ?? attempt.end(fields) };
        },
      },
    });
    const done = run.run('token');
    await vi.advanceTimersByTimeAsync(0);
    say({ type: 'finished' });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await memory.readJob('job')).toMatchObject({ status: 'started' });
    await vi.advanceTimersByTimeAsync(500);
    await done;
    expect(await memory.readJob('job')).toMatchObject({ status: 'finished' });
  });

  it('fails when the store has lost a part of its result', async () => {
    const { memory, run, say } = prepare({
      store: {
        async beginAttempt(...args): Promise<JobAttempt> {
          const attempt = await memory.beginAttempt(...args);
          return {
            ...attempt,
            async end(fields) {
              if (fields.status !== 'finished') return attempt.end(fields);
              throw new ResultLostError('job', 'result:history:3');
            },
          };
        },
      },
    });
    const done = run.run('token');
    await vi.advanceTimersByTimeAsync(0);
    say({ type: 'finished' });
    await done;
    expect(await memory.readJob('job')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('result:history:3'),
    });
  });

  it('stops at the first write after another attempt has begun, whatever others are on their way', async () => {
    const { memory, run, thread, say } = prepare();
    const done = run.run('token');
    await vi.advanceTimersByTimeAsync(0);
    await memory.beginAttempt('job', { status: 'started' });
    const value = new Uint8Array([1]);
    say({ type: 'store', call: 0, request: { method: 'put', key: 'result:history:0', value } });
    say({ type: 'store', call: 1, request: { method: 'put', key: 'result:holds:0', value } });
    await done;
    expect(thread.post).toHaveBeenCalledWith({ type: 'stop' });
    expect(await memory.readJob('job')).toMatchObject({ status: 'started', attempt: '2' });
    expect(await memory.get('job', 'result:history:0')).toBeNull();
  });

  it('is cancelled also where that is heard while its attempt begins', async () => {
    const { memory, run, startThread } = prepare({
      store: {
        async beginAttempt(...args) {
          await memory.endJob('job', { status: 'cancelled', completed_at: '1700000001' });
          run.stop('cancelled');
          return memory.beginAttempt(...args);
        },
      },
    });
    await run.run('token');
    expect(startThread).not.toHaveBeenCalled();
    expect(await memory.readJob('job')).toMatchObject({ status: 'cancelled' });
  });

  it('goes back to the queue when its worker ends, whether the store is there or not', async () => {
    const { memory, run, thread, moveToWait } = prepare();
    const done = run.run('token');
    const handedBack = expect(done).rejects.toBeInstanceOf(WaitingError);
    await vi.advanceTimersByTimeAsync(0);
    run.stop('handed back');
    await handedBack;
    expect(moveToWait).toHaveBeenCalledWith('token');
    expect(thread.post).toHaveBeenLastCalledWith({ type: 'stop' });
    expect(await memory.readJob('job')).toMatchObject({ status: 'queued', pct: '0' });

    const away = prepare({ store: { readJob: unavailable } });
    const waiting = expect(away.run.run('token')).rejects.toBeInstanceOf(WaitingError);
    await vi.advanceTimersByTimeAsync(1_500);
    away.run.stop('handed back');
    await vi.advanceTimersByTimeAsync(1_000);
    await waiting;
    expect(away.moveToWait).toHaveBeenCalledTimes(1);
  });
});
