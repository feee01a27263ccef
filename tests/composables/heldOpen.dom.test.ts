import { afterEach, expect, it, vi } from 'vitest';
import { PARAMS, setup } from './traceScope.js';
import { createTraceServer, json, lines, ndjson } from './traceServer.js';

const META = { type: 'meta', job_id: 'job-1', domains: ['history'] };
const START = { type: 'domain_start', domain: 'history', total: 1 };
const ROW = { type: 'records', domain: 'history', batch: 0, count: 1, data: [{ a: 1 }] };
const END = { type: 'domain_end', domain: 'history', count: 1 };
const COMPLETE = { type: 'complete', total_records: 1 };
const ERROR = { type: 'error', code: 'JOB_FAILED', message: 'no' };
const FULL = { stage: 'events', results: { history: { data: [{ a: 1 }], count: 1 } } };

/** A stream that sends blank lines for ever behind what it had to say. */
function setupHeldOpen(messages: object[]) {
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
    'POST /api/trace/events': () => json({ async: true, ...accepted }, { status: 202 }),
    'GET /job': () => json({ job_id: 'job-1', status: 'finished' }),
    'GET /job/stream': () => ndjson(body),
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
