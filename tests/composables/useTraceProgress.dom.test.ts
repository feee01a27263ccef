import { describe, expect, it, vi } from 'vitest';
import { createApp, watch } from 'vue';
import { type TraceState, useTraceStore } from '../../src/index.js';
import { current, PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

/** The statuses that a trace goes through, repeats left out. */
function follow(trace: ReturnType<typeof setup>): string[] {
  const seen: string[] = [];
  current.scope.run(() =>
    watch(trace.state, ({ status }) => void (seen.at(-1) === status || seen.push(status)), {
      flush: 'sync',
    }),
  );
  return seen;
}

describe('useTraceProgress', () => {
  it('goes through the stages and ends complete with every row in the store', async () => {
    const statuses = ['queued', 'started', 'finished'].map((status, i) => ({
      job_id: 'job-1',
      status,
      pct: i * 50,
    }));
    const server = createTraceServer({
      'GET /job': () => json(statuses.shift()),
      'GET /job/stream': stream(STREAM),
    });
    const trace = setup(server);
    const seen = follow(trace);
    const state = await trace.execute(PARAMS);
    expect(state).toEqual({ status: 'complete', jobId: 'job-1', seedCount: 2, containerCount: 4 });
    expect(trace.state.value).toEqual(state);
    expect(seen).toEqual([
      'resolving',
      'tracing-lineage',
      'running',
      'queued',
      'running',
      'streaming',
      'complete',
    ]);
    const { store } = trace;
    expect(store.domains).toEqual([
      { name: 'history', status: 'complete', rowCount: 3, total: 3 },
      { name: 'holds', status: 'complete', rowCount: 1, total: 1 },
    ]);
    expect([0, 1, 2].map((i) => store.tables.get('history')!.value(i, 'a'))).toEqual([1, 2, 3]);
    expect(trace.metrics.value).toMatchObject({ rows: 4, totalRows: 4, percent: 100 });
    expect(trace.metrics.value.bytes).toBe(lines(STREAM).length);
    expect(trace.notices.value).toEqual([]);
  });

  it('asks the events of the seeds and all their ancestors, once each', async () => {
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    await setup(server).execute(PARAMS);
    expect(await server.requests[2]!.json()).toMatchObject({
      profile: 'query_tool_reverse',
      params: PARAMS,
      container_ids: ['s1', 's2', 'p1', 'p2'],
      seed_container_ids: ['s1', 's2'],
      domains: ['history', 'holds'],
      cache_key: 'key',
      lineage: { ancestors: { s1: ['p1', 'p2'], s2: ['p1'] } },
    });
  });

  it('shows each batch while the stream is still open', async () => {
    let send!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (send = controller),
    });
    const server = createTraceServer({ 'GET /job/stream': () => ndjson(body) });
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    const write = (messages: object[]) => send.enqueue(new TextEncoder().encode(lines(messages)));
    await vi.waitFor(() => expect(trace.state.value.status).toBe('streaming'));
    write(STREAM.slice(0, 3));
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    expect(trace.store.domains[0]).toMatchObject({ status: 'receiving', total: 3 });
    expect(trace.isActive.value).toBe(true);
    write(STREAM.slice(3));
    send.close();
    expect((await done).status).toBe('complete');
    expect(trace.isActive.value).toBe(false);
  });

  it('takes the synchronous answer', async () => {
    const results = { history: { data: [{ a: 1 }], count: 1 }, holds: { data: [], count: 0 } };
    const aggregation = { kpi: { total_input: 5 }, charts: {} };
    const server = createTraceServer({
      'POST /api/trace/events': () => json({ stage: 'events', results, aggregation }),
    });
    const trace = setup(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete', jobId: null });
    expect(trace.store.domains.map(({ rowCount, total }) => [rowCount, total])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(trace.store.aggregation).toEqual(aggregation);
  });

  it('pages through the result where there is no stream', async () => {
    const rows = Array.from({ length: 45_001 }, (_, i) => ({ i }));
    const server = createTraceServer({
      'POST /api/trace/events': () =>
        json({ async: true, job_id: 'job-1', status_url: '/job' }, { status: 202 }),
      'GET /job/result': (request) => {
        const query = new URL(request.url).searchParams;
        const offset = Number(query.get('offset'));
        const data = rows.slice(offset, offset + Number(query.get('limit')));
        const domain = query.get('domain')!;
        return json({ results: { [domain]: { data, count: data.length, total: rows.length } } });
      },
    });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    for (const name of ['history', 'holds']) {
      const table = trace.store.tables.get(name)!;
      expect(table.rowCount).toBe(45_001);
      expect(table.value(45_000, 'i')).toBe(45_000);
      expect(table.value(20_000, 'i')).toBe(20_000);
    }
  });

  it('takes a legacy full_result', async () => {
    const data = {
      results: { history: { data: [{ a: 1 }, { a: 2 }], count: 2 }, holds: { data: [], count: 0 } },
    };
    const server = createTraceServer({
      'GET /job/stream': stream([{ type: 'full_result', data }]),
    });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.store.tables.get('history')!.row(1)).toEqual({ a: 2 });
  });

  it('ends without rows where no lot matches, however the server says so', async () => {
    const none = { seeds: [], seed_count: 0, not_found: ['S1', 'S2'] };
    const trace = setup(createTraceServer({ 'POST /api/trace/seed-resolve': () => json(none) }));
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete', seedCount: 0 });
    expect(trace.notices.value).toEqual([{ kind: 'values-not-found', values: ['S1', 'S2'] }]);

    const error = { success: false, error: { code: 'NO_DETECTION_RECORDS', message: 'none' } };
    const newer = setup(
      createTraceServer({ 'POST /api/trace/seed-resolve': () => json(error, { status: 404 }) }),
    );
    expect(await newer.execute(PARAMS)).toMatchObject({ status: 'complete', seedCount: 0 });
  });

  it('keeps warnings and quality metadata', async () => {
    const extra = [
      { type: 'warning', code: 'SLOW', message: 'took long' },
      { type: 'quality_meta', quality_meta: { score: 1 } },
    ];
    const messages = [...STREAM.slice(0, -1), ...extra, STREAM.at(-1)!];
    const trace = setup(createTraceServer({ 'GET /job/stream': stream(messages) }));
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.notices.value).toEqual([
      { kind: 'server-warning', code: 'SLOW', message: 'took long' },
      { kind: 'quality-meta', text: expect.stringContaining('"score":1') },
    ]);
  });

  it('counts bare NaN as a notice', async () => {
    const text = lines(STREAM).replace('{"b":1}', '{"b":NaN}');
    const trace = setup(createTraceServer({ 'GET /job/stream': () => ndjson(text) }));
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.store.tables.get('holds')!.value(0, 'b')).toBeNull();
    expect(trace.notices.value).toEqual([{ kind: 'non-finite-numbers', count: 1 }]);
  });
});

describe('an end that was not earned', () => {
  const cut = (count: number) => stream(STREAM.slice(0, count));

  it('is incomplete, keeps the rows and says what each domain lacks', async () => {
    const trace = setup(createTraceServer({ 'GET /job/stream': cut(3) }));
    const state = await trace.execute(PARAMS);
    expect(state).toMatchObject({ status: 'incomplete', error: { code: 'RETRIES_EXHAUSTED' } });
    expect((state as Extract<TraceState, { status: 'incomplete' }>).problems).toEqual([
      { kind: 'no-end-mark' },
      { kind: 'domain-unfinished', domain: 'history', received: 2, expected: 3 },
      { kind: 'domain-missing', domain: 'holds' },
    ]);
    expect(trace.store.domains.map(({ status, rowCount }) => [status, rowCount])).toEqual([
      ['incomplete', 2],
      ['incomplete', 0],
    ]);
  });

  it('is incomplete at every line at which a stream may be cut', async () => {
    for (let count = 0; count < STREAM.length; count++) {
      const trace = setup(createTraceServer({ 'GET /job/stream': cut(count) }));
      expect((await trace.execute(PARAMS)).status, `cut before line ${count}`).toBe('incomplete');
    }
  });

  it('is incomplete with the error where the connection broke', async () => {
    let pulls = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (pulls++ > 0) controller.error(new TypeError('network error'));
          else controller.enqueue(new TextEncoder().encode(lines(STREAM.slice(0, 3))));
        },
      });
    const trace = setup(createTraceServer({ 'GET /job/stream': () => ndjson(body()) }));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { code: 'RETRIES_EXHAUSTED', cause: { code: 'STREAM_INTERRUPTED' } },
      problems: [
        { kind: 'no-end-mark' },
        { kind: 'domain-unfinished' },
        { kind: 'domain-missing' },
      ],
    });
    expect(trace.store.domains[0]!.rowCount).toBe(2);
  });

  it('names the domain that the server could not fetch', async () => {
    const warning = { type: 'warning', code: 'EVENTS_PARTIAL_FAILURE', failed_domains: ['holds'] };
    const messages = [
      { ...STREAM[0], domains: ['history'] },
      ...STREAM.slice(1, 5),
      warning,
      { type: 'complete', total_records: 3 },
    ];
    const trace = setup(createTraceServer({ 'GET /job/stream': stream(messages) }));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      problems: [{ kind: 'domain-failed', domain: 'holds' }],
    });
    expect(trace.store.domains.map(({ name, status }) => [name, status])).toEqual([
      ['history', 'complete'],
      ['holds', 'failed'],
    ]);
  });

  it('is incomplete for a synchronous answer that lacks rows', async () => {
    const results = { history: { data: [{ a: 1 }], count: 2 } };
    const trace = setup(
      createTraceServer({ 'POST /api/trace/events': () => json({ stage: 'events', results }) }),
    );
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      problems: [
        { kind: 'count-mismatch', domain: 'history', received: 1, expected: 2 },
        { kind: 'domain-missing', domain: 'holds' },
      ],
    });
  });
});

describe('failures', () => {
  const error = (code: string, status: number) => () =>
    json({ success: false, error: { code, message: `no ${code}` } }, { status });

  it.each([
    ['seed-resolve', 'POST /api/trace/seed-resolve', 'SEED_RESOLVE_FAILED'],
    ['lineage', 'POST /api/trace/lineage', 'LINEAGE_TIMEOUT'],
    ['events', 'POST /api/trace/events', 'CID_LIMIT_EXCEEDED'],
  ] as const)('name the stage and the reason of the server: %s', async (stage, route, code) => {
    const trace = setup(createTraceServer({ [route]: error(code, 400) }));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'failed',
      stage,
      error: { serverCode: code },
    });
  });

  it('tell why the job failed', async () => {
    const failed = { job_id: 'job-1', status: 'failed', error: 'out of memory' };
    const trace = setup(createTraceServer({ 'GET /job': () => json(failed) }));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'failed',
      stage: 'events',
      error: { code: 'JOB_FAILED', message: expect.stringContaining('out of memory') },
    });
  });

  it('do not hide faults of the page itself', async () => {
    const trace = setup(createTraceServer({ 'GET /job/stream': stream(STREAM) }));
    vi.spyOn(trace.store.writer, 'append').mockImplementation(() => {
      throw new RangeError('out of room');
    });
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'failed',
      error: { code: 'UNEXPECTED', cause: expect.any(RangeError) },
    });
  });

  it('throw a TypeError for wrong arguments at once', async () => {
    expect(() => setup(createTraceServer(), { profile: 'x' as 'query_tool' })).toThrow(TypeError);
    await expect(setup(createTraceServer()).execute(null as never)).rejects.toThrow(TypeError);
  });
});

describe('ending early', () => {
  function openStream() {
    const cancelled = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode(lines(STREAM.slice(0, 3)))),
      cancel: cancelled,
    });
    return { server: createTraceServer({ 'GET /job/stream': () => ndjson(body) }), cancelled };
  }

  it('cancels the reading and the job, and keeps the rows', async () => {
    const { server, cancelled } = openStream();
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    trace.cancel();
    expect(trace.state.value).toEqual({ status: 'cancelled', stage: 'events' });
    expect((await done).status).toBe('cancelled');
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
    expect(server.asked().at(-1)).toBe('DELETE /job');
    expect(trace.store.domains[0]!.rowCount).toBe(2);
    trace.cancel();
    expect(server.asked().filter((path) => path === 'DELETE /job')).toHaveLength(1);
  });

  it('does not ask a server to cancel that does not announce it', async () => {
    const server = createTraceServer({
      'POST /api/trace/events': () =>
        json({ job_id: 'job-1', status_url: '/job' }, { status: 202 }),
      'GET /job': () => new Promise(() => undefined),
    });
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.state.value.status).toBe('queued'));
    trace.cancel();
    expect((await done).status).toBe('cancelled');
    expect(server.asked()).not.toContain('DELETE /job');
  });

  it('tells where the server could not be told to stop', async () => {
    const { server } = openStream();
    const failing = {
      ...server,
      fetch: ((input, init) =>
        init?.method === 'DELETE'
          ? Promise.resolve(json({}, { status: 500 }))
          : server.fetch(input, init)) as typeof fetch,
    };
    const trace = setup(failing);
    void trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    trace.cancel();
    await vi.waitFor(() =>
      expect(trace.notices.value).toMatchObject([
        { kind: 'cancel-failed', error: { status: 500 } },
      ]),
    );
  });

  it('ends the trace before it when a new one begins, which then changes nothing', async () => {
    const { server, cancelled } = openStream();
    const trace = setup(server);
    const first = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    const second = trace.execute(PARAMS);
    expect(trace.store.domains).toEqual([]);
    expect((await first).status).toBe('cancelled');
    expect(cancelled).toHaveBeenCalled();
    expect(trace.state.value.status).not.toBe('cancelled');
    trace.cancel();
    await second;
  });

  it('ends with the scope, and its own store with it', async () => {
    const { server, cancelled } = openStream();
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    current.scope.stop();
    expect((await done).status).toBe('cancelled');
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
    expect(server.asked().at(-1)).toBe('DELETE /job');
    expect(Object.keys(current.pinia.state.value)).toEqual([]);
  });

  it('leaves a named store to its other readers', async () => {
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    await setup(server, { storeId: 'mine' }).execute(PARAMS);
    current.scope.stop();
    const store = createApp({})
      .use(current.pinia)
      .runWithContext(() => useTraceStore('mine'));
    expect(store.domains[0]!.rowCount).toBe(3);
  });

  it('forgets everything on reset, and leaves a job that has ended alone', async () => {
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    const trace = setup(server);
    await trace.execute(PARAMS);
    trace.cancel();
    expect(trace.state.value.status).toBe('complete');
    trace.reset();
    expect(server.asked()).not.toContain('DELETE /job');
    expect(trace.state.value).toEqual({ status: 'idle' });
    expect(trace.store.domains).toEqual([]);
    expect(trace.metrics.value).toMatchObject({ rows: 0, elapsedMs: 0 });
  });
});

describe('requests', () => {
  it('carry the CSRF token of the page and the headers of the user', async () => {
    document.head.innerHTML = '<meta name="csrf-token" content="secret-token">';
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    await setup(server, { headers: () => ({ 'X-Own': 'yes' }) }).execute(PARAMS);
    document.head.innerHTML = '';
    for (const { headers } of server.requests) {
      expect(headers.get('X-CSRF-Token')).toBe('secret-token');
      expect(headers.get('X-Own')).toBe('yes');
    }
  });

  it('go to another server where a base is given', async () => {
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    await setup(server, { baseUrl: 'http://elsewhere.test' }).execute(PARAMS);
    expect(server.requests.every(({ url }) => url.startsWith('http://elsewhere.test/'))).toBe(true);
  });
});
