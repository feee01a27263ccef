import { describe, expect, it, vi } from 'vitest';
import { LimitExceededError } from '../../src/index.js';
import { createTraceGuard } from '../../src/composables/useTraceProgress/createTraceGuard.js';
import { FIXED_LIMITS } from '../../src/protocol/TraceLimits.js';
import { appendNotices } from '../../src/composables/useTraceProgress/appendNotices.js';
import type { TraceNotice } from '../../src/composables/useTraceProgress/traceState.js';
import { PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

const batch = (number: number, rows: number) => ({
  type: 'records',
  domain: 'history',
  batch: number,
  count: rows,
  cursor: `c${number}`,
  data: Array.from({ length: rows }, (_, i) => ({ a: i })),
});
const META = { type: 'meta', job_id: 'job-1', domains: ['history', 'holds'] };
const batches = (count: number, rows: number) => [
  META,
  { type: 'domain_start', domain: 'history', total: count * rows },
  ...Array.from({ length: count }, (_, i) => batch(i, rows)),
];

/** A server whose jobs offer everything that might make a client come back. */
function server(messages: readonly object[]) {
  const job = { job_id: 'job-1', status_url: '/job', stream_url: '/job/stream' };
  return createTraceServer({
    'POST /api/trace/events': () =>
      json({ stage: 'events', async: true, ...job, follow: true, cancel: true }, { status: 202 }),
    'GET /job/stream': stream(messages),
  });
}
const timesAsked = ({ asked }: ReturnType<typeof createTraceServer>, what: string) =>
  asked().filter((line) => line === what).length;

describe('a trace with more than the page takes', () => {
  it('ends incomplete at its rows, keeps them, and is not asked for again', async () => {
    const asked = server(batches(10, 10));
    const { execute, store, notices } = setup(asked, { limits: { maxRows: 45 } });
    const state = await execute(PARAMS);
    expect(state).toMatchObject({
      status: 'incomplete',
      error: { code: 'LIMIT_EXCEEDED', limit: 'maxRows', most: 45 },
      problems: [
        { kind: 'no-end-mark' },
        { kind: 'domain-unfinished', received: 50, expected: 100 },
        { kind: 'domain-missing', domain: 'holds' },
      ],
    });
    expect(store.tables.get('history')?.rowCount).toBe(50);
    expect(timesAsked(asked, 'GET /job/stream')).toBe(1);
    expect(notices.value).toEqual([{ kind: 'limit-near', limit: 'maxRows', percent: 80 }]);
  });

  it('ends incomplete at its bytes', async () => {
    const pieces = batches(10, 10).map((message) => new TextEncoder().encode(lines([message])));
    const asked = server([]);
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    };
    const routes = { 'GET /job/stream': () => ndjson(new ReadableStream<Uint8Array>({ pull })) };
    const hostile = createTraceServer({ ...routes });
    const { execute, store, notices } = setup(hostile, { limits: { maxBytes: 1_200 } });
    expect(await execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { code: 'LIMIT_EXCEEDED', limit: 'maxBytes', most: 1_200 },
    });
    expect(store.tables.get('history')?.rowCount).toBeGreaterThan(0);
    expect(notices.value).toEqual([{ kind: 'limit-near', limit: 'maxBytes', percent: 80 }]);
    expect(asked.requests).toEqual([]);
  });

  it('ends incomplete at a line that is too much, with the place of it', async () => {
    const wide = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`c${i}`, i]));
    const asked = server([...batches(2, 3), { ...batch(2, 0), count: 1, data: [wide] }]);
    const { execute, store } = setup(asked);
    const state = await execute(PARAMS);
    expect(state).toMatchObject({
      status: 'incomplete',
      error: { code: 'LIMIT_EXCEEDED', limit: 'maxColumns', line: 5 },
    });
    expect(store.tables.get('history')?.rowCount).toBe(6);
    expect(timesAsked(asked, 'GET /job/stream')).toBe(1);
  });

  it('fails before its first row', async () => {
    const domains = Array.from({ length: 100_000 }, (_, i) => `d${i}`);
    const { execute, store } = setup(server([{ ...META, domains }]));
    const state = await execute(PARAMS);
    expect(state).toMatchObject({ status: 'failed', error: { limit: 'maxDomains' } });
    expect(store.domains.length).toBeLessThan(10);
  });

  it('is whole at the limit itself', async () => {
    const asked = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    expect(await setup(asked, { limits: { maxRows: 4 } }).execute(PARAMS)).toMatchObject({
      status: 'complete',
    });
  });

  it('counts a status of megabytes among them', async () => {
    const asked = createTraceServer({
      'GET /job': () => json({ status: 'finished', progress: 'x'.repeat(2_000_000) }),
    });
    expect(await setup(asked).execute(PARAMS)).toMatchObject({
      status: 'failed',
      error: expect.any(LimitExceededError),
    });
    expect(timesAsked(asked, 'GET /job')).toBe(1);
  });

  it.each([{ maxRows: 0 }, { maxBytes: 1.5 }, { maxRows: NaN }])('refuses %j', (limits) => {
    expect(() => setup(createTraceServer(), { limits })).toThrow(TypeError);
  });
});

describe('what a server causes without end', () => {
  it('is warned of once a limit', () => {
    const notify = vi.fn();
    const guard = createTraceGuard({ maxRows: 100, maxBytes: 100 }, notify);
    for (const value of [79, 80, 81, 100]) {
      guard.holdRows(value);
      guard.holdBytes(value);
    }
    const near = (limit: string) => [[{ kind: 'limit-near', limit, percent: 80 }]];
    expect(notify.mock.calls).toEqual([near('maxRows'), near('maxBytes')]);
  });

  it('is held to so many batches, however small', () => {
    const guard = createTraceGuard({}, () => undefined);
    for (let batches = 0; batches < FIXED_LIMITS.maxBatches; batches++) guard.holdRows(0);
    const beyond = expect.objectContaining({ code: 'LIMIT_EXCEEDED', limit: 'maxBatches' });
    expect(() => guard.holdRows(0)).toThrow(beyond);
  });

  it('is kept up to a thousand problems and notices, and counted beyond', async () => {
    const odd = Array.from({ length: 1_200 }, () => ({ ...batch(0, 0), batch: -1 }));
    const warnings = Array.from({ length: 1_200 }, (_, i) => ({
      type: 'warning',
      message: `${i}`,
    }));
    const messages = [META, batch(0, 1), ...odd, ...warnings, { type: 'error', message: 'end' }];
    const asked = createTraceServer({
      'GET /job/stream': stream(messages),
      // nor can it be gone on with
      'GET /job/result': () => json({ error: 'gone', code: 'JOB_RESULT_EXPIRED' }, { status: 404 }),
    });
    const { execute, notices } = setup(asked);
    const state = await execute(PARAMS);
    if (state.status !== 'incomplete') throw new Error(state.status);
    expect(state.problems).toHaveLength(1_001);
    expect(state.problems[0]).toEqual({ kind: 'error-line', code: null, message: 'end' });
    const more = state.problems.at(-1);
    // 1200 batches, the error, and what the two domains lack
    expect(more).toEqual({ kind: 'more-problems', count: 1_203 - 1_000 });
    expect(notices.value).toHaveLength(1_001);
    expect(notices.value.at(-1)).toMatchObject({ kind: 'more-notices' });
  });

  it('adds up in notices that are counted already', () => {
    const some = (count: number): TraceNotice[] =>
      Array.from({ length: count }, () => ({ kind: 'meta-missing' }));
    const once = appendNotices(some(600), some(600));
    expect(once.at(-1)).toEqual({ kind: 'more-notices', count: 200 });
    const twice = appendNotices(once, [...some(3), { kind: 'more-notices', count: 40 }]);
    expect(twice).toHaveLength(1_001);
    expect(twice.at(-1)).toEqual({ kind: 'more-notices', count: 243 });
  });
});
