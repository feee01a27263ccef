import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UseTraceProgressOptions } from '../../src/index.js';
import { current, JOB, PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

const KEY = 'vue-trace-stream/mine';
const SCOPE = { jobId: 'job-1', seedCount: 2, containerCount: 4 };
const kept = () => JSON.parse(sessionStorage.getItem(KEY)!) as unknown;
const rowCounts = ({ store }: ReturnType<typeof setup>) =>
  store.domains.map(({ rowCount }) => rowCount);
/** A stream that says its first lines and then nothing more. */
const held = () => {
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
    controller.enqueue(new TextEncoder().encode(lines(STREAM.slice(0, 3))));
  return ndjson(new ReadableStream<Uint8Array>({ start }));
};
/** Streams as given, one after the other; the last one stays. */
function serverOf(...streams: (() => Response)[]) {
  const next = () => (streams.length > 1 ? streams.shift()! : streams[0]!)();
  return createTraceServer({ 'GET /job/stream': next });
}
type Server = ReturnType<typeof createTraceServer>;
const deletes = ({ asked }: Server) => asked().filter((path) => path.startsWith('DELETE'));
const persisted = (server: Server, options: Partial<UseTraceProgressOptions> = {}) =>
  setup(server, { persist: 'mine', ...options });

/** A trace whose first rows are there. */
async function begun(server: Server, options: Partial<UseTraceProgressOptions> = {}) {
  const trace = setup(server, options);
  const done = trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
  return { trace, done };
}

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

describe('detach', () => {
  it('leaves the job to the server, keeps the rows, and resolves what execute returned', async () => {
    const server = serverOf(held);
    const { trace, done } = await begun(server);
    expect(trace.canDetach.value).toBe(true);
    trace.detach();
    expect(await done).toEqual({ status: 'detached', ...SCOPE });
    expect(trace.state.value).toEqual(await done);
    expect([trace.isActive.value, trace.canDetach.value]).toEqual([false, false]);
    expect(rowCounts(trace)).toEqual([2, 0]);
    expect(trace.job.value).toEqual(JOB);
    current.scope.stop();
    expect(deletes(server)).toEqual([]);
  });

  it('ends the reading', async () => {
    const cancelled = vi.fn<() => void>();
    const body = () => new ReadableStream<Uint8Array>({ cancel: cancelled });
    const trace = setup(serverOf(() => ndjson(body())));
    void trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.state.value.status).toBe('streaming'));
    trace.detach();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
  });

  it('is gone on with by resume', async () => {
    const server = serverOf(held, stream(STREAM));
    const { trace } = await begun(server);
    trace.detach();
    expect(trace.canResume.value).toBe(true);
    expect(await trace.resume()).toEqual({ status: 'complete', ...SCOPE });
    expect(rowCounts(trace)).toEqual([3, 1]);
    expect(server.asked().filter((path) => path.startsWith('POST'))).toHaveLength(3);
    expect(trace.job.value).toBeNull();
  });

  it('does nothing before there is a job', async () => {
    const server = createTraceServer({
      'POST /api/trace/seed-resolve': () => new Promise(() => undefined),
    });
    const trace = setup(server);
    trace.detach();
    expect(trace.state.value).toEqual({ status: 'idle' });
    void trace.execute(PARAMS);
    expect(trace.canDetach.value).toBe(false);
    trace.detach();
    expect(trace.state.value.status).toBe('resolving');
    trace.cancel();
  });
});

describe('cancel', () => {
  it('sends one DELETE, and leaves nothing to be gone on with', async () => {
    const server = serverOf(held);
    const { trace, done } = await begun(server);
    trace.cancel();
    expect((await done).status).toBe('cancelled');
    expect(trace.canResume.value).toBe(false);
    expect(trace.job.value).toBeNull();
    expect(await trace.resume()).toEqual({ status: 'cancelled', stage: 'events' });
    expect(deletes(server)).toEqual(['DELETE /job']);
  });

  it.each([
    [true, ['DELETE /job']],
    [undefined, []],
  ])('ends a job that was taken up where its status offers that: %s', async (cancel, asked) => {
    const status = { job_id: 'job-1', status: 'finished', profile: 'query_tool', cancel };
    const server = createTraceServer({
      'GET /job': () => json(status),
      'GET /job/stream': held,
    });
    const trace = setup(server);
    const done = trace.attach(JOB);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    expect(trace.job.value).toEqual({ ...JOB, profile: 'query_tool' });
    trace.cancel();
    expect((await done).status).toBe('cancelled');
    expect(deletes(server)).toEqual(asked);
  });
});

/** The stream of a job of that id. */
const streamOf = (job_id: string) =>
  STREAM.map((line) => (line.type === 'meta' ? { ...line, job_id } : line));

describe('attach', () => {
  it('takes up the job of another trace', async () => {
    const server = serverOf(held, stream(STREAM));
    const { trace } = await begun(server);
    const other = setup(server);
    expect(await other.attach(trace.job.value!)).toEqual({ status: 'complete', ...SCOPE });
    expect(rowCounts(other)).toEqual([3, 1]);
    trace.cancel();
  });

  it('takes up a job by its id, with what its status tells', async () => {
    const status = { profile: 'query_tool', domains: ['history', 'holds', 'later'], cid_count: 7 };
    const server = createTraceServer({
      'GET /base/api/trace/job/trace-evt-01': () => json({ status: 'finished', ...status }),
      'GET /base/api/trace/job/trace-evt-01/stream': stream(streamOf('trace-evt-01')),
    });
    const trace = setup(server, { baseUrl: '/base', domains: ['jobs'] });
    expect(await trace.attach('trace-evt-01')).toEqual({
      status: 'complete',
      jobId: 'trace-evt-01',
      seedCount: null,
      containerCount: 7,
    });
    expect(rowCounts(trace)).toEqual([3, 1]);
    expect(server.asked().every((path) => path.startsWith('GET'))).toBe(true);
  });

  it('asks for what its own options say where the status does not', async () => {
    const server = createTraceServer({
      'GET /api/trace/job/j': () => json({ status: 'finished', cid_count: 'many' }),
      'GET /api/trace/job/j/stream': stream(streamOf('j')),
    });
    const trace = setup(server, { domains: ['history', 'holds'] });
    expect(await trace.attach('j')).toMatchObject({ status: 'complete', containerCount: null });
  });

  it('fails in clear words where the job has expired or belongs to somebody else', async () => {
    const none = { success: false, error: { code: 'JOB_NOT_FOUND', message: 'no such job' } };
    const server = createTraceServer({ 'GET /job': () => json(none, { status: 404 }) });
    const trace = persisted(server);
    expect(await trace.attach(JOB)).toMatchObject({
      status: 'failed',
      stage: 'events',
      error: { code: 'JOB_NOT_FOUND' },
    });
    expect(trace.canResume.value).toBe(false);
    expect(await trace.resume()).toBe(trace.state.value);
    expect(server.asked()).toEqual(['GET /job']);
    expect(sessionStorage.getItem(KEY)).toBeNull();
  });

  it('says what else the server refuses, and keeps the job', async () => {
    const server = createTraceServer({ 'GET /job': () => json({}, { status: 403 }) });
    const error = { code: 'HTTP_ERROR', status: 403 };
    expect(await persisted(server).attach(JOB)).toMatchObject({ status: 'failed', error });
    expect(kept()).toEqual(JOB);
  });

  it('follows a job at once where its status offers that', async () => {
    const server = createTraceServer({
      'GET /job': () => json({ job_id: 'job-1', status: 'started', follow: true }),
      'GET /job/stream': stream(STREAM),
    });
    expect((await setup(server).attach(JOB)).status).toBe('complete');
    expect(server.asked()).toEqual(['GET /job', 'GET /job/stream']);
  });

  it('waits out a server that hesitates', async () => {
    const answers = [json({}, { status: 502 }), json({ status: 'finished' })];
    const server = createTraceServer({
      'GET /job': () => answers.shift() ?? json({ status: 'finished' }),
      'GET /job/stream': stream(STREAM),
    });
    expect((await setup(server).attach(JOB)).status).toBe('complete');
  });

  it.each([
    '',
    '.',
    '..',
    '../../admin',
    'a/b',
    'a%2Fb',
    'a?x=1',
    'a#b',
    'a b',
    '\u0000',
    'é',
    'a'.repeat(201),
    { ...JOB, statusUrl: 'https://evil.test/job' },
    { ...JOB, streamUrl: '//evil.test/stream' },
    null,
    undefined,
    7,
  ])('takes nothing for a job that is none: %j', async (job) => {
    const server = createTraceServer();
    await expect(setup(server).attach(job as never)).rejects.toThrow(TypeError);
    expect(server.requests).toEqual([]);
  });

  it('ends the trace before it', async () => {
    const server = serverOf(held, stream(STREAM));
    const { trace, done } = await begun(server);
    const taken = trace.attach(JOB);
    expect((await done).status).toBe('cancelled');
    expect((await taken).status).toBe('complete');
  });

  it('is cancelled while it is still being looked for', async () => {
    const server = createTraceServer({ 'GET /job': () => new Promise(() => undefined) });
    const trace = setup(server);
    const done = trace.attach(JOB);
    trace.cancel();
    expect((await done).status).toBe('cancelled');
  });
});

describe('a trace that is kept', () => {
  it('is taken up by a page that is loaded again, and forgotten once it is complete', async () => {
    const server = serverOf(held, stream(STREAM));
    await begun(server, { persist: 'mine' });
    expect(kept()).toEqual(JOB);
    const reloaded = persisted(server);
    await vi.waitFor(() => expect(reloaded.state.value.status).toBe('complete'));
    expect(rowCounts(reloaded)).toEqual([3, 1]);
    expect(sessionStorage.getItem(KEY)).toBeNull();
    expect(server.asked().filter((path) => path.startsWith('POST'))).toHaveLength(3);
  });

  it('is left running where its component goes away', async () => {
    const server = serverOf(held);
    const { done } = await begun(server, { persist: true, storeId: 'mine' });
    current.scope.stop();
    expect((await done).status).toBe('detached');
    expect(deletes(server)).toEqual([]);
    expect(kept()).toEqual(JOB);
  });

  it('is forgotten once it is cancelled, reset, or begun anew', async () => {
    const server = serverOf(held);
    for (const end of ['cancel', 'reset', 'execute'] as const) {
      const { trace } = await begun(server, { persist: 'mine' });
      expect(kept()).toEqual(JOB);
      void trace[end](PARAMS);
      expect(sessionStorage.getItem(KEY), end).toBeNull();
      trace.cancel();
    }
  });

  it('stays kept where it is incomplete or the server cannot be reached', async () => {
    const incomplete = persisted(serverOf(stream(STREAM.slice(0, 3))));
    expect((await incomplete.execute(PARAMS)).status).toBe('incomplete');
    expect(kept()).toEqual(JOB);
    const down = createTraceServer({ 'GET /job': () => json({}, { status: 502 }) });
    expect((await persisted(down).attach(JOB)).status).toBe('failed');
    expect(kept()).toEqual(JOB);
  });

  it('is not taken up where another trace was begun first, or the scope has gone', async () => {
    sessionStorage.setItem(KEY, JSON.stringify(JOB));
    const server = serverOf(stream(STREAM));
    const trace = persisted(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(server.asked().filter((path) => path === 'GET /job/stream')).toHaveLength(1);
    sessionStorage.setItem(KEY, JSON.stringify(JOB));
    const gone = createTraceServer();
    persisted(gone);
    current.scope.stop();
    await new Promise((resolve) => setTimeout(resolve));
    expect(gone.requests).toEqual([]);
  });

  it('needs a name', () => {
    expect(() => setup(createTraceServer(), { persist: true })).toThrow(TypeError);
    expect(() => setup(createTraceServer(), { persist: '' })).toThrow(TypeError);
    setup(createTraceServer(), { persist: false });
  });
});

describe('what is found in the storage', () => {
  const evil = 'https://evil.test/job';
  it.each([
    '',
    'nonsense',
    'null',
    '7',
    '[]',
    '{}',
    '{"__proto__":{"statusUrl":"/job","polluted":1}}',
    `{"__proto__":${JSON.stringify(JOB)}}`,
    JSON.stringify({ ...JOB, statusUrl: evil }),
    JSON.stringify({ ...JOB, streamUrl: evil }),
    JSON.stringify({ ...JOB, statusUrl: '' }),
    JSON.stringify({ ...JOB, streamUrl: '' }),
    JSON.stringify({ ...JOB, statusUrl: '//evil.test/job' }),
    JSON.stringify({ ...JOB, statusUrl: '/\\evil.test/job' }),
    JSON.stringify({ ...JOB, statusUrl: '\t//evil.test/job' }),
    JSON.stringify({ ...JOB, statusUrl: 'http://user@evil.test/' }),
    JSON.stringify({ ...JOB, statusUrl: 'javascript:alert(1)' }),
    JSON.stringify({ ...JOB, statusUrl: 'data:application/json,{}' }),
    JSON.stringify({ ...JOB, statusUrl: 'http://[' }),
    JSON.stringify({ ...JOB, streamUrl: undefined }),
    JSON.stringify({ ...JOB, profile: '__proto__' }),
    JSON.stringify({ ...JOB, domains: ['__proto__'] }),
    JSON.stringify({ ...JOB, domains: 'history' }),
  ])('is asked nothing of anybody, and forgotten: %s', async (text) => {
    sessionStorage.setItem(KEY, text);
    const server = createTraceServer();
    const trace = persisted(server);
    await vi.waitFor(() => expect(trace.notices.value).toEqual([{ kind: 'kept-job-unusable' }]));
    expect(trace.state.value).toEqual({ status: 'idle' });
    expect(server.requests).toEqual([]);
    expect(sessionStorage.getItem(KEY)).toBeNull();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('is counted on for nothing but what it should be', async () => {
    const domains = ['history', 'holds', 'history'];
    const odd = { ...JOB, jobId: {}, domains, seedCount: -1, containerCount: 'x', extra: 1 };
    sessionStorage.setItem(KEY, JSON.stringify(odd));
    const trace = persisted(serverOf(held));
    await vi.waitFor(() => expect(trace.state.value.status).toBe('streaming'));
    expect(trace.job.value).toEqual({
      ...JOB,
      jobId: null,
      seedCount: null,
      containerCount: null,
    });
    trace.cancel();
  });

  it('does not reach another server than that of baseUrl', async () => {
    const job = { ...JOB, statusUrl: 'http://api.test/job', streamUrl: null };
    sessionStorage.setItem(KEY, JSON.stringify(job));
    const trace = persisted(createTraceServer(), { baseUrl: 'http://other.test/trace' });
    await vi.waitFor(() => expect(trace.notices.value).toHaveLength(1));
    sessionStorage.setItem(KEY, JSON.stringify(job));
    const server = createTraceServer({ 'GET /job': () => new Promise(() => undefined) });
    persisted(server, { baseUrl: 'http://api.test/trace' });
    await vi.waitFor(() => expect(server.requests[0]!.url).toBe('http://api.test/job'));
  });
});

describe('a storage that refuses', () => {
  it.each([
    [
      'every call',
      () => {
        vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
          throw new DOMException('full', 'QuotaExceededError');
        });
        vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
          throw new DOMException('no', 'SecurityError');
        });
        vi.spyOn(Storage.prototype, 'removeItem').mockImplementation(() => {
          throw new DOMException('no', 'SecurityError');
        });
      },
    ],
    [
      'to be there',
      () =>
        void vi.spyOn(globalThis, 'sessionStorage', 'get').mockImplementation(() => {
          throw new DOMException('no', 'SecurityError');
        }),
    ],
  ])('breaks no trace: %s', async (_how, refuse) => {
    refuse();
    const trace = persisted(serverOf(stream(STREAM)));
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.notices.value).toEqual([]);
  });
});
