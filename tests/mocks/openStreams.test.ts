import { setupServer } from 'msw/node';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createTraceApp } from '../../mocks/app.js';
import { createTraceHandlers } from '../../mocks/handlers.js';
import { createOpenStreams } from '../../mocks/http/openStreams.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';
import { createTestBackend, SOURCE } from './api/backend.js';
import { readError } from './api/client.js';
import { storeCalls } from './support/storeCalls.js';
import { storeResult, type StoredValues } from './support/storeResult.js';

const LIMITS = { maxStreams: 5, streamsPerClient: 2, sessionsPerAddress: 2 };

describe('the places of open streams', () => {
  it('are counted for a session, for all sessions of its address, and for all', () => {
    const streams = createOpenStreams(LIMITS);
    const open = (name: string) => streams.open(name);
    open('a@1');
    const close = open('a@1');
    expect(() => open('a@2')).toThrow('2 results are being sent to you at once');
    open('b@1');
    open('c@1');
    expect(() => open('d@1')).toThrow('4 results are being sent to you at once');
    open('1');
    expect(() => open('e@3')).toThrow('as many results as it may');
    close();
    close(); // a second time gives nothing back
    open('d@1');
    expect(() => open('e@3')).toThrow('as many results as it may');
  });

  it('of nobody are remembered', () => {
    const set = vi.spyOn(Map.prototype, 'set');
    const streams = createOpenStreams({ ...LIMITS, maxStreams: 1, streamsPerClient: 1 });
    for (let i = 0; i < 10; i++) streams.open(`session${i}@${i}`)();
    const counts = new Set(set.mock.contexts as Map<string, number>[]);
    set.mockRestore();
    expect([...counts].map(({ size }) => size)).toEqual([0]);
    expect(() => streams.open('session0@0')).not.toThrow();
  });
});

const META = JSON.stringify({
  profile: 'query_tool',
  domains: { holds: { chunks: 2, total: 2, batch_size: 1 } },
  failed_domains: [],
});
const VALUES: StoredValues = {
  'result:holds:0': '[{"CONTAINERID":0}]',
  'result:holds:1': '[{"CONTAINERID":1}]',
  'result:meta': META,
};

type App = ReturnType<typeof createTraceApp>;

/** An app that sends one result at a time; `beforeGet` comes before each key. */
async function createBusyApp(beforeGet: (key: string) => void = () => undefined) {
  const memory = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 });
  await storeResult(memory, 'done', VALUES, { domains: 'holds' });
  await storeResult(memory, 'old', {
    result: '{"results":{"holds":{"data":[{"CONTAINERID":0}],"count":1}}}',
  });
  const store = {
    ...storeCalls(memory),
    get: async (...[jobId, key]: Parameters<typeof memory.get>) => {
      beforeGet(key);
      return memory.get(jobId, key);
    },
  };
  return createTraceApp({
    ...{ source: createSource(SOURCE), store, queue: null, log: vi.fn() },
    settings: { maxStreams: 1 },
    compression: nodeCompression,
  });
}

const JOB = '/api/trace/job/done';

/** The one place is free: a result is sent, and gives it back. */
async function expectFree(app: App): Promise<void> {
  const response = await app.request(`${JOB}/stream`);
  expect(response.status).toBe(200);
  await response.text();
}

describe('a place for a stream', () => {
  it('is refused above the limits with a code, a status and Retry-After', async () => {
    const app = await createBusyApp();
    const open = await app.request(`${JOB}/stream`);
    for (const path of ['stream', 'result']) {
      const refused = await app.request(`${JOB}/${path}`);
      expect(refused.headers.get('Retry-After')).toBe('10');
      expect(await readError(refused)).toMatchObject({
        status: 503,
        error: { code: 'SERVICE_UNAVAILABLE' },
        meta: { retry_after_seconds: 10 },
      });
    }
    expect((await app.request(JOB)).status).toBe(200);
    await open.body!.cancel();
    await expectFree(app);
  });

  it.each([
    ['a stream that was read', `${JOB}/stream`],
    ['a page that was read', `${JOB}/result?domain=holds&limit=1`],
    ['a legacy result', '/api/trace/job/old/result'],
    ['a page of a legacy result', '/api/trace/job/old/result?domain=holds&limit=1'],
    ['a job that there is not', '/api/trace/job/none/stream'],
    ['a domain that there is not', `${JOB}/result?domain=history`],
    ['a cursor of another result', `${JOB}/stream?cursor=none`],
  ])('is given back by %s', async (_what, path) => {
    const app = await createBusyApp();
    await (await app.request(path)).text();
    await expectFree(app);
  });

  it('is given back by a reader who leaves before, or in the middle', async () => {
    const app = await createBusyApp();
    await (await app.request(`${JOB}/stream`)).body!.cancel();
    const reader = (await app.request(`${JOB}/stream`)).body!.getReader();
    await reader.read();
    await reader.cancel();
    await expectFree(app);
  });

  it('is given back by a HEAD, whose body nobody reads', async () => {
    const app = await createBusyApp();
    await app.request(`${JOB}/stream`, { method: 'HEAD' });
    await expectFree(app);
  });

  it('is given back by a request that was given up before its answer', async () => {
    const left = new AbortController();
    const app = await createBusyApp(() => left.abort());
    await app.request(`${JOB}/stream`, { signal: left.signal });
    await expectFree(app);
  });

  it('is given back by a request that was given up before it was looked at', async () => {
    const app = await createBusyApp();
    await app.request(`${JOB}/stream`, { signal: AbortSignal.abort() });
    await expectFree(app);
  });

  it('is given back by a reader whom MSW does not hear leave', async () => {
    const app = await createBusyApp();
    const server = setupServer(...createTraceHandlers(app));
    server.listen({ onUnhandledRequest: 'error' });
    onTestFinished(() => server.close());
    const left = new AbortController();
    const { body } = await fetch(`http://trace.test${JOB}/stream`, { signal: left.signal });
    await body!.getReader().read();
    left.abort();
    await expectFree(app);
  });

  it('is given back by a result that breaks off', async () => {
    const app = await createBusyApp((key) => {
      if (key === 'result:holds:1') throw new Error('broken');
    });
    const page = await app.request(`${JOB}/result`);
    await expect(page.text()).rejects.toThrow('broken');
    await expectFree(app);
  });
});

describe('a place for the answer of a stage', () => {
  const settings = { maxStreams: 1, asyncCidThreshold: 1 };
  const events = (...ids: string[]) => ({
    ...{ profile: 'query_tool', domains: ['history'], container_ids: ids },
  });
  const lineage = { profile: 'query_tool', container_ids: ['a'] };
  const ask = (app: App, stage: string, body: unknown, signal?: AbortSignal) =>
    app.request(`/api/trace/${stage}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });

  it('is one of those of streams and results', async () => {
    const { app } = createTestBackend({ settings });
    for (const [stage, body] of [
      ['lineage', lineage],
      ['events', events('a')],
    ] as const) {
      const open = await ask(app, stage, body);
      expect(open.status).toBe(200);
      expect(await readError(await ask(app, 'lineage', lineage))).toMatchObject({
        status: 503,
        error: { code: 'SERVICE_UNAVAILABLE' },
      });
      expect((await app.request(`${JOB}/stream`)).status).toBe(503);
      await open.text();
    }
  });

  it('is given back by an answer that was read, left, or refused, and by a job', async () => {
    const { app, queue } = createTestBackend({ settings });
    onTestFinished(() => queue.close());
    await (await ask(app, 'lineage', lineage)).body!.cancel();
    expect((await ask(app, 'lineage', { profile: 'nobody' })).status).toBe(400);
    expect((await ask(app, 'events', events('a', 'b'))).status).toBe(202);
    const left = new AbortController();
    await ask(app, 'lineage', lineage, left.signal);
    left.abort();
    expect((await ask(app, 'events', events('a'))).status).toBe(200);
  });
});
