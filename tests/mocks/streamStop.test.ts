import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { StoreUnavailableError } from '../../mocks/adapters/storeErrors.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createTraceApp } from '../../mocks/app.js';
import { compressChunk } from '../../mocks/results/chunkCodec.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';
import type { StreamMessage } from '../../src/protocol/index.js';
import { SOURCE } from './api/backend.js';
import { createManualSleep } from './support/manualSleep.js';
import { storeCalls } from './support/storeCalls.js';
import { storeResult } from './support/storeResult.js';

const chunk = (row: number) =>
  new Uint8Array(
    compressChunk(new TextEncoder().encode(`[{"CONTAINERID":${row}}]`), 1, nodeCompression),
  );
const META = JSON.stringify({
  profile: 'query_tool',
  domains: { holds: { chunks: 2, total: 2, batch_size: 1 } },
  failed_domains: [],
});

/** A stored result of two chunks, and an app whose process can stop; `beforeGet` comes before each key. */
async function createStoppable(beforeGet: (key: string) => void = () => undefined) {
  const memory = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 });
  const values = { 'result:holds:0': chunk(0), 'result:holds:1': chunk(1), 'result:meta': META };
  await storeResult(memory, 'done', values, { domains: 'holds' });
  const store = {
    ...storeCalls(memory),
    get: async (...[jobId, key]: Parameters<typeof memory.get>) => {
      beforeGet(key);
      return memory.get(jobId, key);
    },
  };
  const stopping = new AbortController();
  const log = vi.fn();
  const { sleep, sleepers } = createManualSleep();
  const app = createTraceApp({
    ...{ source: createSource(SOURCE), store, queue: null, log },
    compression: nodeCompression,
    stopping: stopping.signal,
    sleep,
  });
  return { app, store: memory, stopping, log, sleepers };
}

const parse = (body: string) =>
  body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamMessage);
const typesOf = (body: string) => parse(body).map(({ type }) => type);

describe('a stream under way while its server stops', () => {
  it.each([
    ['before its first row', 'result:holds:0', ['meta', 'domain_start', 'error']],
    [
      'behind its last row',
      'result:aggregation',
      ['meta', 'domain_start', 'records', 'records', 'domain_end', 'complete'],
    ],
  ])('that stops %s ends behind the line that was begun', async (_when, at, types) => {
    const { app, stopping, log } = await createStoppable((key) => {
      if (key === at) stopping.abort();
    });
    const response = await app.request('/api/trace/job/done/stream');
    expect(typesOf(await response.text())).toEqual(types);
    expect(log).not.toHaveBeenCalled();
  });

  it('is one whole gzip body', async () => {
    const { app, stopping } = await createStoppable((key) => {
      if (key === 'result:holds:0') stopping.abort();
    });
    const headers = { 'Accept-Encoding': 'gzip' };
    const response = await app.request('/api/trace/job/done/stream', { headers });
    const body = gunzipSync(new Uint8Array(await response.arrayBuffer())).toString();
    expect(parse(body).at(-1)).toMatchObject({ type: 'error', code: 'SERVER_STOPPING' });
  });

  it('does not wait for rows that are still to come', async () => {
    const { app, store, stopping, sleepers } = await createStoppable();
    await store.createJob('waits', { status: 'queued', domains: 'holds' });
    const response = await app.request('/api/trace/job/waits/stream?follow=1');
    const text = response.text();
    // until the next look at the job, and until the heartbeat
    await vi.waitFor(() => expect(sleepers.size).toBe(2), { interval: 1 });
    stopping.abort();
    expect(typesOf(await text)).toEqual(['meta', 'error']);
  });

  it('sends no more of what a job at work has stored', async () => {
    const { app, store, stopping } = await createStoppable((key) => {
      if (key === 'result:rejects:0') stopping.abort();
    });
    const fields = { status: 'started', domains: 'rejects,holds', pct: '1' };
    const attempt = await store.beginAttempt('works', fields);
    await attempt.put('result:rejects:0', chunk(0));
    await attempt.put('result:holds:0', chunk(1));
    const response = await app.request('/api/trace/job/works/stream?follow=1');
    const types = ['meta', 'progress', 'domain_start', 'records', 'error'];
    expect(typesOf(await response.text())).toEqual(types);
  });

  it('is told of no more once it has ended, however it ends', async () => {
    const { app, stopping } = await createStoppable();
    const added = vi.spyOn(stopping.signal, 'addEventListener');
    const removed = vi.spyOn(stopping.signal, 'removeEventListener');
    await (await app.request('/api/trace/job/done/stream')).text();
    const reader = (await app.request('/api/trace/job/done/stream')).body!.getReader();
    await reader.read();
    await reader.cancel();
    expect(added).toHaveBeenCalledTimes(2);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });

  it('that is opened then says no more than that', async () => {
    const { app, stopping } = await createStoppable();
    stopping.abort();
    const response = await app.request('/api/trace/job/done/stream');
    expect(typesOf(await response.text())).toEqual(['meta', 'domain_start', 'error']);
    expect((await app.request('/healthz')).status).toBe(503);
  });
});

it('a stream whose store goes away says so, and the reason stays in the log', async () => {
  const away = new StoreUnavailableError('10.0.0.7 refuses');
  const { app, log } = await createStoppable((key) => {
    if (key === 'result:holds:1') throw away;
  });
  const body = await (await app.request('/api/trace/job/done/stream')).text();
  expect(parse(body).at(-1)).toMatchObject({ type: 'error', code: 'STORE_UNAVAILABLE' });
  expect(body).not.toContain('10.0.0.7');
  const fields = expect.objectContaining({ error: away.message, jobId: 'done' });
  expect(log).toHaveBeenCalledWith('error', 'A stream ended early.', fields);
});
