import { afterEach, expect, it, vi } from 'vitest';
import { createApp, effectScope, watch } from 'vue';
import { useTraceProgress } from '../../src/index.js';
import { current, JOB, PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

const rowsOf = (trace: ReturnType<typeof setup>) => trace.store.tables.get('history')!.toJSON();
const statuses = (trace: ReturnType<typeof setup>) =>
  trace.store.domains.map(({ status }) => status);
afterEach(() => sessionStorage.clear());

it('resume() behind a limit shows no cell that no server sent', async () => {
  const history = Array.from({ length: 20_000 }, (_, i) => ({ LOT: `lot ${i >> 2}` }));
  const server = createTraceServer({
    'GET /job/stream': stream([
      { type: 'meta', job_id: 'job-1', domains: ['history'] },
      { type: 'domain_start', domain: 'history', total: 20_000 },
      { type: 'records', domain: 'history', batch: 0, count: 5000, data: history.slice(0, 5000) },
    ]),
    'GET /job/result': ({ url }) => {
      const { searchParams } = new URL(url);
      const offset = Number(searchParams.get('offset'));
      const data = history.slice(offset, offset + Number(searchParams.get('limit')));
      return json({ results: { history: { data, count: data.length, total: 20_000 } } });
    },
  });
  const trace = setup(server, { domains: ['history'], limits: { maxRows: 7000 } });
  expect(await trace.execute(PARAMS)).toMatchObject({
    status: 'incomplete',
    error: { code: 'LIMIT_EXCEEDED' },
  });
  expect(trace.canResume.value).toBe(true);
  await trace.resume();
  const wrong = rowsOf(trace).findIndex(({ LOT }, i) => LOT !== history[i]!.LOT);
  expect({ wrong, cell: String(rowsOf(trace)[wrong]?.LOT).slice(0, 40) }).toMatchObject({
    wrong: -1,
  });
});

it('two composables that share a store and a kept job show its rows once', async () => {
  sessionStorage.setItem('vue-trace-stream/mine', JSON.stringify(JOB));
  const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
  const traces = [1, 2].map(() => setup(server, { storeId: 'mine', persist: true }));
  await vi.waitFor(() =>
    expect(
      traces.every(({ isActive, state }) => !isActive.value && state.value.status !== 'idle'),
    ).toBe(true),
  );
  expect(rowsOf(traces[0]!)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
});

it('a trace has its store to itself: the one that filled it is detached', async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const text = (messages: object[]) => new TextEncoder().encode(lines(messages));
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const first = setup(createTraceServer({ 'GET /job/stream': () => ndjson(body) }), {
    storeId: 'shared',
  });
  const running = first.execute(PARAMS);
  controller.enqueue(text(STREAM.slice(0, 3)));
  await vi.waitFor(() => expect(first.store.domains[0]?.rowCount).toBe(2));
  const others = STREAM.map((line) =>
    'data' in line ? { ...line, data: line.data!.map(() => ({ a: 'other' })) } : line,
  );
  const second = setup(createTraceServer({ 'GET /job/stream': stream(others) }), {
    storeId: 'shared',
  });
  expect((await second.execute(PARAMS)).status).toBe('complete');
  expect((await running).status).toBe('detached');
  expect(second.state.value.status).toBe('complete');
  expect(rowsOf(second)).toEqual([{ a: 'other' }, { a: 'other' }, { a: 'other' }]);
});

it('a stream of another job than the one that was asked for is told', async () => {
  const other = STREAM.map((line) => (line.type === 'meta' ? { ...line, job_id: 'job-2' } : line));
  const trace = setup(createTraceServer({ 'GET /job/stream': stream(other) }));
  expect((await trace.execute(PARAMS)).status).not.toBe('complete');
});

it('a domain that lacks rows is not complete where very much is missing', async () => {
  const batches = Array.from({ length: 1050 }, (_, i) => 2 * i + 1);
  const trace = setup(
    createTraceServer({
      'GET /job/stream': stream([
        { type: 'meta', job_id: 'job-1', domains: ['history', 'holds'] },
        { type: 'domain_start', domain: 'history', total: 2100 },
        ...batches.map((batch) => ({
          type: 'records',
          domain: 'history',
          batch,
          count: 1,
          data: [{ a: batch }],
        })),
        { type: 'domain_end', domain: 'history', count: 1050 },
        { type: 'domain_start', domain: 'holds', total: 2 },
        { type: 'records', domain: 'holds', batch: 0, count: 1, data: [{ b: 1 }] },
        { type: 'domain_end', domain: 'holds', count: 1 },
        { type: 'complete', total_records: 1051 },
      ]),
    }),
  );
  expect((await trace.execute(PARAMS)).status).toBe('incomplete');
  expect(statuses(trace)).toEqual(['incomplete', 'incomplete']);
});

it('no domain is complete where nobody knows which one lacks rows', async () => {
  const messages = STREAM.map((line) =>
    line.type === 'complete' ? { ...line, total_records: 9 } : line,
  );
  const trace = setup(createTraceServer({ 'GET /job/stream': stream(messages) }));
  expect(await trace.execute(PARAMS)).toMatchObject({ problems: [{ kind: 'total-mismatch' }] });
  expect(statuses(trace)).not.toContain('complete');
});

it('nor where one failed that was not named', async () => {
  const results = {
    history: { data: [{ a: 1 }], count: 1 },
    holds: { data: [{ b: 1 }], count: 1 },
  };
  const answer = { results, error: 'x', code: 'EVENTS_PARTIAL_FAILURE' };
  const trace = setup(createTraceServer({ 'POST /api/trace/events': () => json(answer) }));
  expect(await trace.execute(PARAMS)).toMatchObject({
    problems: [{ kind: 'domain-failed', domain: null }],
  });
  expect(statuses(trace)).not.toContain('complete');
});

it('seeds that the server counts and does not send are told', async () => {
  const seeds = [{ container_id: 's1' }, { container_id: 7 }, null];
  const server = createTraceServer({
    'POST /api/trace/seed-resolve': () =>
      json({ stage: 'seed-resolve', seeds, seed_count: 3, cache_key: 'k' }),
    'GET /job/stream': stream(STREAM),
  });
  const trace = setup(server);
  const { status } = await trace.execute(PARAMS);
  expect({ status, notices: trace.notices.value }).toEqual({
    status: 'complete',
    notices: [{ kind: 'seeds-not-sent', counted: 3, sent: 1 }],
  });
});

it('attach() to the job that is under way does not end it on the server', async () => {
  let status = 'started';
  const server = createTraceServer({
    'GET /job': () => json({ job_id: 'job-1', status, cancel: true }),
    'DELETE /job': () => json({ job_id: 'job-1', status: (status = 'cancelled') }, { status: 202 }),
    'GET /job/stream': stream(STREAM),
  });
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      setTimeout(resolve, 20);
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const trace = setup(server, { sleep });
  void trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.state.value.status).toBe('running'));
  const taken = trace.attach(trace.job.value!);
  setTimeout(() => status === 'started' && (status = 'finished'), 60);
  expect((await taken).status).toBe('complete');
});

it('a machine that sleeps while its job runs loses no trace', async () => {
  let time = 0;
  let polls = 0;
  const server = createTraceServer({
    'GET /job': () => json({ job_id: 'job-1', status: ++polls < 4 ? 'started' : 'finished' }),
    'GET /job/stream': stream(STREAM),
  });
  // two hours pass in the second wait
  const sleep = async () => void (time += polls === 2 ? 7_200_000 : 3000);
  expect(await setup(server, { now: () => time, sleep }).execute(PARAMS)).toMatchObject({
    status: 'complete',
  });
});

it('each row that comes gives five more tries, also of a job that was begun anew', async () => {
  const head = [
    { type: 'meta', job_id: 'job-1', domains: ['history'] },
    { type: 'domain_start', domain: 'history', total: null },
  ];
  const record = (batch: number) => ({
    type: 'records',
    domain: 'history',
    batch,
    count: 1,
    cursor: String(batch),
    data: [{ a: batch }],
  });
  const tail = [
    { type: 'domain_end', domain: 'history', count: 20 },
    { type: 'complete', total_records: 20 },
  ];
  let streams = 0;
  const accepted = {
    async: true,
    job_id: 'job-1',
    status_url: '/job',
    stream_url: '/job/stream',
    follow: true,
  };
  const server = createTraceServer({
    'POST /api/trace/events': () => json(accepted, { status: 202 }),
    'GET /job': () => json({}, { status: 502 }),
    'GET /job/stream': ({ url }) => {
      const all = Array.from({ length: 20 }, (_, i) => record(i));
      if (streams++ === 0)
        return ndjson(lines([...head, ...all, { type: 'error', code: 'RESULT_RESTARTED' }]));
      // each stream brings one row, and breaks off
      const from = Number(new URL(url).searchParams.get('cursor') ?? -1) + 1;
      return ndjson(lines([...head, record(from), ...(from === 19 ? tail : [])]));
    },
  });
  expect(await setup(server, { domains: ['history'] }).execute(PARAMS)).toMatchObject({
    status: 'complete',
  });
});

it('a trace that is reset has its store to itself', async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (given) => given.enqueue(new TextEncoder().encode(lines(STREAM.slice(0, 3)))),
  });
  const server = createTraceServer({ 'GET /job/stream': () => ndjson(body) });
  const first = setup(server, { storeId: 'shared' });
  const running = first.execute(PARAMS);
  await vi.waitFor(() => expect(first.store.domains[0]?.rowCount).toBe(2));
  setup(server, { storeId: 'shared' }).reset();
  expect((await running).status).toBe('detached');
  expect(first.store.domains).toEqual([]);
});

it('a trace whose store another one took begins anew where it is resumed', async () => {
  const cut = stream(STREAM.slice(0, 3));
  const server = createTraceServer({ 'GET /job/stream': cut });
  const first = setup(server, { storeId: 'shared' });
  expect((await first.execute(PARAMS)).status).toBe('incomplete');
  const second = setup(createTraceServer({ 'GET /job/stream': cut }), { storeId: 'shared' });
  await second.execute(PARAMS);
  server.change({ 'GET /job/stream': stream(STREAM) });
  expect((await first.resume()).status).toBe('complete');
  expect(rowsOf(first)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
});

it('whoever is told that the store is lost may begin anew at once, and then has it', async () => {
  const never = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(lines(STREAM.slice(0, 3)))),
  });
  const bodies = [() => ndjson(never), stream(STREAM)];
  const first = setup(createTraceServer({ 'GET /job/stream': () => bodies.shift()!() }), {
    storeId: 'shared',
  });
  void first.execute(PARAMS);
  await vi.waitFor(() => expect(first.store.domains[0]?.rowCount).toBe(2));
  const again: Promise<unknown>[] = [];
  const onState = ({ status }: { status: string }) => {
    if (status === 'detached' && again.length === 0) again.push(first.resume());
  };
  watch(first.state, onState, { flush: 'sync' });
  const second = setup(createTraceServer({ 'GET /job/stream': stream(STREAM) }), {
    storeId: 'shared',
  });
  expect((await second.execute(PARAMS)).status).toBe('cancelled');
  await Promise.all(again);
  expect(first.state.value.status).toBe('complete');
  expect(rowsOf(first)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
});

it('reset() of a component that has left does not touch the trace of another', async () => {
  const scope = effectScope(true);
  const app = createApp({}).use(current.pinia);
  const options = { profile: 'query_tool_reverse', storeId: 'shared' } as const;
  const left = scope.run(() => app.runWithContext(() => useTraceProgress(options)))!;
  scope.stop();
  const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
  const trace = setup(server, { storeId: 'shared' });
  await trace.execute(PARAMS);
  left.reset();
  expect(rowsOf(trace)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
});

it('pages that were odd are no problem of a stream that then brought all', async () => {
  const bodies = [stream(STREAM.slice(0, 3)), stream(STREAM)];
  const server = createTraceServer({
    'GET /job/stream': () => bodies.shift()!(),
    'GET /job/result': ({ url }) => {
      const empty = { history: { data: [], count: 0, total: 3 } };
      const whole = {
        history: { data: [{ a: 1 }], count: 1 },
        holds: { data: [{ b: 1 }], count: 1 },
      };
      return json({ results: url.includes('domain=history&') ? empty : whole });
    },
  });
  expect(await setup(server).execute(PARAMS)).toMatchObject({ status: 'complete' });
});
