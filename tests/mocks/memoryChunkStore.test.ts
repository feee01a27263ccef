import { afterEach, expect, it, vi } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { StoreFullError } from '../../mocks/adapters/storeErrors.js';
import type { JobAttempt } from '../../mocks/ports.js';
import { describeChunkStore } from './ports/chunkStoreSuite.js';
import { storeResult } from './support/storeResult.js';

afterEach(() => void vi.useRealTimers());

describeChunkStore('the memory adapter', async () => {
  let time = 1_000_000;
  return {
    store: createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1_000, now: () => time }),
    passSeconds: async (seconds) => void (time += seconds * 1_000),
  };
});

const bytes = (length: number) => new Uint8Array(length);
const FINISHED = { status: 'finished', completed_at: '7' };

it('lets the oldest finished result go first when the bytes run out', async () => {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 100 });
  const attempts = new Map<string, JobAttempt>();
  for (const job of ['first', 'second', 'running']) {
    const attempt = await store.beginAttempt(job, { status: 'started' });
    await attempt.put('result:history:0', bytes(30));
    attempts.set(job, attempt);
  }
  await attempts.get('second')!.end(FINISHED);
  await attempts.get('first')!.end(FINISHED);
  await attempts.get('running')!.put('result:history:1', bytes(40));
  expect(await store.get('second', 'result:history:0')).toBeNull();
  expect(await store.readJob('second')).toMatchObject({ status: 'finished' });
  expect(await store.get('first', 'result:history:0')).not.toBeNull();
  expect(store.byteLength).toBe(100);
});

it('refuses a value that does not fit beside what is still being made', async () => {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 100 });
  const running = await store.beginAttempt('running', {});
  await running.put('result:history:0', bytes(60));
  const other = await store.beginAttempt('other', {});
  await expect(other.put('result:history:0', bytes(41))).rejects.toThrow(StoreFullError);
  await expect(other.put('result:history:0', bytes(41))).rejects.toThrow('TRACE_STORE_MAX_BYTES');
  expect(await store.get('running', 'result:history:0')).not.toBeNull();
  expect(store.byteLength).toBe(60);
});

it('lets no result go for a value that does not fit even then', async () => {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 100 });
  await storeResult(store, 'finished', { 'result:history:0': bytes(30) });
  const running = await store.beginAttempt('running', {});
  await running.put('result:history:0', bytes(50));
  await expect(running.put('result:history:0', bytes(101))).rejects.toThrow(StoreFullError);
  expect(await store.get('finished', 'result:history:0')).not.toBeNull();
  expect(await store.get('running', 'result:history:0')).toHaveLength(50);
});

it('counts a value that is put again once', async () => {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 100 });
  const attempt = await store.beginAttempt('a', {});
  await attempt.put('result:history:0', bytes(80));
  await attempt.put('result:history:0', bytes(90));
  expect(store.byteLength).toBe(90);
  await attempt.drop(['result:history:0']);
  expect(store.byteLength).toBe(0);
});

it('gives the memory of an expired result back though nobody asks', async () => {
  vi.useFakeTimers();
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 100 });
  await storeResult(store, 'a', { 'result:history:0': bytes(80) });
  await vi.advanceTimersByTimeAsync(30_000);
  await storeResult(store, 'b', { 'result:history:0': bytes(10) });
  await vi.advanceTimersByTimeAsync(31_000);
  expect(store.byteLength).toBe(10);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(store.byteLength).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
