import { describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { current, PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

const HISTORY_AND_HOLDS = (rows: object[]) => ({
  stage: 'events',
  results: { history: { data: rows, count: rows.length }, holds: { data: [], count: 0 } },
});

describe('an end', () => {
  it('names the domain that pages broke off in, and those behind it', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => ({ i }));
    const server = createTraceServer({
      'POST /api/trace/events': () =>
        json({ async: true, job_id: 'job-1', status_url: '/job' }, { status: 202 }),
      'GET /job/result': (request) => {
        const offset = Number(new URL(request.url).searchParams.get('offset'));
        if (offset > 0) return json({ error: 'gone', code: 'JOB_RESULT_EXPIRED' }, { status: 404 });
        const data = rows.slice(0, 20_000);
        return json({ results: { history: { data, count: 20_000, total: 50_000 } } });
      },
    });
    const trace = setup(server);
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { serverCode: 'JOB_RESULT_EXPIRED' },
      problems: [
        { kind: 'domain-unfinished', domain: 'history', received: 20_000, expected: 50_000 },
        { kind: 'domain-missing', domain: 'holds' },
      ],
    });
    expect(trace.store.domains.map(({ status }) => status)).toEqual(['incomplete', 'incomplete']);
    expect(trace.metrics.value.bytes).toBeGreaterThan(100_000);
  });

  it('is complete where the connection breaks behind the last line', async () => {
    const text = new TextEncoder().encode(lines(STREAM));
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) =>
        pulls++ === 0 ? controller.enqueue(text) : controller.error(new TypeError('reset')),
    });
    const trace = setup(createTraceServer({ 'GET /job/stream': () => ndjson(body) }));
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
  });

  it('is a failure where the server sends nothing but an error line', async () => {
    const error = { type: 'error', code: 'CHUNK_EXPIRED', message: 'chunk 0 is gone' };
    const trace = setup(createTraceServer({ 'GET /job/stream': stream([error]) }));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'failed',
      error: { code: 'STREAM_ERROR', serverCode: 'CHUNK_EXPIRED' },
    });
  });

  it('counts bare NaN also where the stream breaks', async () => {
    const text = lines(STREAM.slice(0, 3)).replace('{"a":1}', '{"a":NaN}');
    const trace = setup(createTraceServer({ 'GET /job/stream': () => ndjson(text) }));
    expect((await trace.execute(PARAMS)).status).toBe('incomplete');
    expect(trace.notices.value).toContainEqual({ kind: 'non-finite-numbers', count: 1 });
  });

  it('is not disturbed by odd warnings and odd answers', async () => {
    const warning = { type: 'warning', failed_domains: null, message: 'slow' };
    const messages = [...STREAM.slice(0, -1), warning, STREAM.at(-1)!];
    const trace = setup(createTraceServer({ 'GET /job/stream': stream(messages) }));
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.notices.value).toEqual([{ kind: 'server-warning', code: null, message: 'slow' }]);

    const empty = [{ type: 'full_result', data: null }];
    const legacy = setup(createTraceServer({ 'GET /job/stream': stream(empty) }));
    expect(await legacy.execute(PARAMS)).toMatchObject({ status: 'incomplete' });
  });

  it('counts rows that the server keeps as none of the result', async () => {
    const messages = [
      { type: 'meta', profile: 'mid_section_defect', domains: ['history', 'holds'] },
      { type: 'domain_start', domain: 'history', total: 1000 },
      { type: 'domain_end', domain: 'history', count: 0 },
      { type: 'domain_start', domain: 'holds', total: 1 },
      { type: 'records', domain: 'holds', batch: 0, count: 1, data: [{ b: 1 }] },
      { type: 'domain_end', domain: 'holds', count: 1 },
      { type: 'complete', total_records: 1 },
    ];
    const server = createTraceServer({ 'GET /job/stream': stream(messages) });
    const trace = setup(server, { profile: 'mid_section_defect' });
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.metrics.value).toMatchObject({ rows: 1, totalRows: 1, percent: 100 });
    expect(trace.notices.value).toEqual([
      { kind: 'rows-not-offered', domain: 'history', total: 1000 },
    ]);
  });

  it('is a failure where the lineage has no relatives in it', async () => {
    const server = createTraceServer({
      'POST /api/trace/lineage': () => json({ stage: 'lineage' }),
    });
    expect(await setup(server).execute(PARAMS)).toMatchObject({
      status: 'failed',
      stage: 'lineage',
      error: { code: 'INVALID_ANSWER' },
    });
  });

  it('settles domains that nobody asked for, too', async () => {
    const answer = HISTORY_AND_HOLDS([{ a: 1 }]);
    const results = { ...answer.results, jobs: { data: [{ c: 1 }], count: 2 } };
    const server = createTraceServer({ 'POST /api/trace/events': () => json({ results }) });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('incomplete');
    expect(trace.store.domains.map(({ name, status }) => [name, status])).toEqual([
      ['history', 'complete'],
      ['holds', 'complete'],
      ['jobs', 'incomplete'],
    ]);
  });
});

describe('a run that was ended', () => {
  it('writes nothing into the store of the next one', async () => {
    let answers = 0;
    const server = createTraceServer({
      'POST /api/trace/events': () =>
        json(HISTORY_AND_HOLDS([{ a: ++answers === 1 ? 'old' : 'new' }])),
    });
    const trace = setup(server);
    let second: Promise<unknown> | undefined;
    current.scope.run(() =>
      watch(
        trace.state,
        ({ status }) => {
          if (status === 'streaming' && !second) second = trace.execute(PARAMS);
        },
        { flush: 'sync' },
      ),
    );
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'cancelled' });
    expect(await second).toMatchObject({ status: 'complete' });
    expect(trace.store.domains[0]).toMatchObject({ rowCount: 1, total: 1 });
    expect(trace.store.tables.get('history')!.value(0, 'a')).toBe('new');
  });

  it('leaves no domain waiting or receiving', async () => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      controller.enqueue(new TextEncoder().encode(lines(STREAM.slice(0, 3))));
    const body = new ReadableStream<Uint8Array>({ start });
    const trace = setup(createTraceServer({ 'GET /job/stream': () => ndjson(body) }));
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    trace.cancel();
    await done;
    expect(trace.store.domains.map(({ status }) => status)).toEqual(['incomplete', 'incomplete']);
    expect(trace.metrics.value.remainingMs).toBeNull();
  });

  it('resolves with the stage in which it ended', async () => {
    const server = createTraceServer({
      'POST /api/trace/seed-resolve': () => new Promise(() => undefined),
    });
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.state.value.status).toBe('resolving'));
    trace.cancel();
    expect(await done).toEqual({ status: 'cancelled', stage: 'seed-resolve' });
    expect(trace.state.value).toEqual(await done);
  });

  it('does not wait for headers that never come', async () => {
    const trace = setup(createTraceServer(), { headers: () => new Promise(() => undefined) });
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.state.value.status).toBe('resolving'));
    trace.cancel();
    expect((await done).status).toBe('cancelled');
  });

  it('cannot be begun once its component has gone', async () => {
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    const trace = setup(server);
    current.scope.stop();
    expect((await trace.execute(PARAMS)).status).toBe('cancelled');
    expect(server.requests).toEqual([]);
  });
});

describe('servers that hesitate', () => {
  it('are asked for the stream again', async () => {
    const answers = [
      () => json({ error: 'slow down' }, { status: 429, headers: { 'Retry-After': '1' } }),
      () => json({}, { status: 502 }),
      stream(STREAM),
    ];
    const server = createTraceServer({ 'GET /job/stream': () => answers.shift()!() });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(trace.metrics.value.rows).toBe(4);
  });

  it('may queue the seeds: their job is shown, and cancelled', async () => {
    const server = createTraceServer({
      'POST /api/trace/seed-resolve': () =>
        json({ status_url: '/job', cancel: true }, { status: 202 }),
      'GET /job': () =>
        json({ job_id: 'seeds-1', status: 'started', pct: 40, progress: 'scanning' }),
    });
    const trace = setup(server, { sleep: () => new Promise(() => undefined) });
    void trace.execute(PARAMS);
    await vi.waitFor(() =>
      expect(trace.state.value).toMatchObject({
        status: 'resolving',
        job: { progress: 'scanning' },
      }),
    );
    expect(trace.metrics.value.percent).toBe(40);
    trace.cancel();
    await vi.waitFor(() => expect(server.asked().at(-1)).toBe('DELETE /job'));
  });
});

describe('three traces at once', () => {
  it('read two streams, and the third when one of them ends', async () => {
    const closes: (() => void)[] = [];
    const end = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      controller.enqueue(new TextEncoder().encode(lines(STREAM)));
      controller.close();
    };
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      void closes.push(() => end(controller));
    const held = () => ndjson(new ReadableStream<Uint8Array>({ start }));
    const servers = [0, 1, 2].map(() => createTraceServer({ 'GET /job/stream': held }));
    const runs = servers.map((server) => setup(server).execute(PARAMS));
    await vi.waitFor(() => expect(closes).toHaveLength(2));
    const third = servers.find((server) => !server.asked().includes('GET /job/stream'))!;
    await vi.waitFor(() => expect(third.asked()).toContain('GET /job'));
    closes[0]!();
    await vi.waitFor(() => expect(closes).toHaveLength(3));
    for (const close of closes.slice(1)) close();
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(
      Array(3).fill('complete'),
    );
  });
});
