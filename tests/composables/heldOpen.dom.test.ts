import { afterEach, expect, it, vi } from 'vitest';
import { PARAMS, setup } from './traceScope.js';
import { createTraceServer, json, lines, ndjson } from './traceServer.js';

const META = { type: 'meta', job_id: 'job-1', domains: ['history'] };
const START = { type: 'domain_start', domain: 'history', total: 1 };
const ROW = { type: 'records', domain: 'history', batch: 0, count: 1, data: [{ a: 1 }] };
const END = { type: 'domain_end', domain: 'history', count: 1 };
const COMPLETE = { type: 'complete', total_records: 1 };
const ERROR = { type: 'error', code: 'JOB_FAILED', message: 'the disk is full' };
const FULL = { stage: 'events', results: { history: { data: [{ a: 1 }], count: 1 } } };

/** A stream that sends blank lines for ever behind what it had to say. */
function setupHeldOpen(
  messages: object[],
  more: object = {},
  routes: Parameters<typeof createTraceServer>[0] = {},
) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const cancelled = vi.fn<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
      send(lines(messages));
      timer = setInterval(() => send('\n'), 10_000);
    },
    cancel() {
      clearInterval(timer);
      cancelled();
    },
  });
  const accepted = { job_id: 'job-1', status_url: '/job', stream_url: '/job/stream' };
  const server = createTraceServer({
    'POST /api/trace/events': () => json({ async: true, ...accepted, ...more }, { status: 202 }),
    'GET /job': () => json({ job_id: 'job-1', status: 'finished' }),
    'GET /job/stream': () => ndjson(body),
    ...routes,
  });
  return { cancelled, trace: setup(server, { domains: ['history'] }) };
}

afterEach(() => void vi.useRealTimers());

it.each([
  ['the line that ends it', [META, START, ROW, END, COMPLETE], 'complete'],
  ['a result in one line', [{ type: 'full_result', data: FULL }], 'complete'],
  ['an error', [META, START, ROW, ERROR], 'incomplete'],
])('a stream that is held open behind %s ends', async (_what, messages, status) => {
  const { trace, cancelled } = setupHeldOpen(messages);
  const done = trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(1));
  expect(trace.state.value.status).toBe('streaming');
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await done).status).toBe(status);
  expect(cancelled).toHaveBeenCalledOnce();
  expect(trace.store.tables.get('history')!.toJSON()).toEqual([{ a: 1 }]);
});

it('a stream that is held open before its end is waited for', async () => {
  const { trace } = setupHeldOpen([META, START, ROW, END]);
  void trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(1));
  await vi.advanceTimersByTimeAsync(300_000);
  expect(trace.state.value.status).toBe('streaming');
  trace.cancel();
});

it('an error that is held open is told in the words of the server', async () => {
  const { trace } = setupHeldOpen([META, ERROR]);
  const done = trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.state.value.status).toBe('streaming'));
  await vi.waitFor(() => expect(trace.metrics.value.bytes).toBeGreaterThan(0));
  await vi.advanceTimersByTimeAsync(60_000);
  const state = await done;
  expect(state.status === 'failed' && state.error.message).toContain('the disk is full');
});

it('a followed stream that is held open is filled by pages', async () => {
  const START_OPEN = { ...START, total: null };
  const ROW_2 = { ...ROW, batch: 2, data: [{ a: 3 }] };
  const messages = [
    META,
    START_OPEN,
    ROW,
    ROW_2,
    { ...END, count: 3 },
    { ...COMPLETE, total_records: 3 },
  ];
  const page = ({ url }: Request) => {
    const { offset, limit } = Object.fromEntries(new URL(url).searchParams);
    const data = [{ a: 1 }, { a: 2 }, { a: 3 }].slice(
      Number(offset),
      Number(offset) + Number(limit),
    );
    return json({ results: { history: { data, count: data.length, total: 3 } } });
  };
  const { trace } = setupHeldOpen(messages, { follow: true }, { 'GET /job/result': page });
  const done = trace.execute(PARAMS);
  await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await done).status).toBe('complete');
  expect(trace.store.tables.get('history')!.toJSON()).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
});
