import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPrometheusMetrics } from '../../mocks/adapters/prometheus/prometheusMetrics.js';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createTraceApp } from '../../mocks/app.js';
import { meterStore } from '../../mocks/metrics.js';
import type { ChunkStore } from '../../mocks/ports.js';
import { SOURCE } from './api/backend.js';
import { createManualSleep } from './support/manualSleep.js';
import { storeResult } from './support/storeResult.js';

const META =
  '{"profile":"query_tool","domains":{"holds":{"chunks":1,"total":1}},"failed_domains":[]}';
const RESULT = { 'result:meta': META, 'result:holds:0': '[{"a":1}]' } as const;

function createWatched(changes: Partial<ChunkStore> = {}) {
  const metrics = createPrometheusMetrics({ readQueueDepth: async () => 3 });
  const memory = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 });
  const store = meterStore(memory, metrics);
  const log = vi.fn();
  const app = createTraceApp({
    source: createSource(SOURCE),
    store: { ...store, ...changes },
    queue: null,
    metrics,
    log,
    sleep: createManualSleep().sleep,
    randomUUID: () => 'made-here',
  });
  const figure = async (name: string) => {
    const line = (await metrics.text()).split('\n').find((text) => text.startsWith(`${name} `));
    return line && Number(line.split(' ').at(-1));
  };
  return { app, store, log, metrics, figure };
}

afterEach(() => void vi.restoreAllMocks());

describe('the figures', () => {
  it('count answers by route and status, never by job', async () => {
    const { app, metrics } = createWatched();
    await app.request('/api/trace/job/one');
    await app.request('/api/trace/job/two');
    const count =
      'trace_request_seconds_count{method="GET",route="/api/trace/job/:id",status="404"} 2';
    expect(await metrics.text()).toContain(count);
    expect(await metrics.text()).not.toContain('job/one');
  });

  it('count open streams, what they send, and their end', async () => {
    const { app, store, figure } = createWatched();
    await storeResult(store, 'a', RESULT);
    const response = await app.request('/api/trace/job/a/stream');
    const reader = response.body!.getReader();
    let sent = (await reader.read()).value!.length;
    expect(await figure('trace_streams_open')).toBe(1);
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      sent += piece.value.length;
    }
    expect(await figure('trace_streams_open')).toBe(0);
    expect(await figure('trace_sent_bytes_total')).toBe(sent);
    expect(await figure('trace_sent_rows_total')).toBe(1);
  });

  it('count a stream once whose reader leaves while it waits for rows', async () => {
    const { app, store, figure } = createWatched();
    await store.createJob('a', { status: 'queued', domains: 'holds' });
    const response = await app.request('/api/trace/job/a/stream?follow=1');
    const reader = response.body!.getReader();
    await reader.read();
    const second = reader.read();
    expect(await figure('trace_streams_open')).toBe(1);
    await reader.cancel().catch(() => undefined); // with the reason why the reader left
    await second;
    expect(await figure('trace_streams_open')).toBe(0);
  });

  it('count a stream once whose reader leaves while the store is asked', async () => {
    let left = Promise.resolve();
    const { app, store, figure } = createWatched({
      get: async (jobId, key) => {
        if (key === 'result:meta') return store.get(jobId, key);
        left = reader.cancel();
        return null;
      },
    });
    await storeResult(store, 'a', RESULT);
    const reader = (await app.request('/api/trace/job/a/stream')).body!.getReader();
    while (!(await reader.read()).done);
    await left;
    expect(await figure('trace_streams_open')).toBe(0);
  });

  it('count no stream that is never read', async () => {
    const { app, store, figure } = createWatched();
    await storeResult(store, 'a', RESULT);
    const { body } = await app.request('/api/trace/job/a/stream');
    await body!.cancel();
    expect(await figure('trace_streams_open')).toBe(0);
  });

  it('count chunks as they are stored, jobs as they ended, and those that wait', async () => {
    const { store, metrics, figure } = createWatched();
    await storeResult(store, 'a', RESULT);
    const failing = await store.beginAttempt('b', {});
    await failing.end({ status: 'failed', completed_at: '1' });
    const bytes = Object.values(RESULT).reduce((sum, { length }) => sum + length, 0);
    expect(await figure('trace_chunk_bytes_total')).toBe(bytes);
    expect(await figure('trace_queue_waiting')).toBe(3);
    expect(await metrics.text()).toContain('trace_job_seconds_count{status="finished"} 1');
    expect(await metrics.text()).toContain('trace_job_seconds_count{status="failed"} 1');
  });
});

describe('the id of a request', () => {
  it('is the one that a proxy gave, where it is one, else made here', async () => {
    const { app } = createWatched();
    const ask = async (id: string) => {
      const response = await app.request('/api/trace/job/one', { headers: { 'X-Request-Id': id } });
      return response.headers.get('X-Request-Id');
    };
    expect(await ask('proxy-7')).toBe('proxy-7');
    expect(await ask('"},{"level":"info')).toBe('made-here');
    expect(await ask('x'.repeat(65))).toBe('made-here');
  });

  it('stands in the log where a request fails', async () => {
    const { app, log } = createWatched({ readJob: () => Promise.reject(new Error('gone')) });
    const response = await app.request('/api/trace/job/one');
    expect(response.status).toBe(500);
    expect(response.headers.get('X-Request-Id')).toBe('made-here');
    const fields = expect.objectContaining({ requestId: 'made-here', path: '/api/trace/job/one' });
    expect(log).toHaveBeenCalledWith('error', 'A request failed.', fields);
  });
});

describe('GET /healthz', () => {
  it('is ready while the store answers', async () => {
    const { app } = createWatched();
    const response = await app.request('/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ live: true, ready: true });
  });

  it('lives, and is not ready, while it does not', async () => {
    const { app } = createWatched({ readJob: () => Promise.reject(new Error('no Redis')) });
    const response = await app.request('/healthz');
    expect(response.status).toBe(503);
    const reason = 'The store of results does not answer.';
    expect(await response.json()).toEqual({ live: true, ready: false, reason });
  });
});
