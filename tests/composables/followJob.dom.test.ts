import { describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { hasEnded } from '../../src/composables/useTraceProgress/followJob.js';
import { TraceError } from '../../src/index.js';
import { current, PARAMS, setup } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

const ACCEPTED = {
  stage: 'events',
  async: true,
  job_id: 'job-1',
  status_url: '/job',
  stream_url: '/job/stream',
  cancel: true,
  follow: true,
};
const META = STREAM[0]!;
const start = (domain: string) => ({ type: 'domain_start', domain, total: null });
const records = (domain: string, batch: number, data: object[]) => ({
  type: 'records',
  domain,
  batch,
  count: data.length,
  cursor: 'c',
  data,
});
const end = (domain: string, count: number) => ({ type: 'domain_end', domain, count });
const FOLLOWED = [
  META,
  { type: 'progress', pct: 0, rows: 0, stage: 'events' },
  start('history'),
  records('history', 0, [{ a: 1 }, { a: 2 }]),
  start('holds'),
  records('holds', 0, [{ b: 1 }]),
  { type: 'progress', pct: 60, rows: 3, stage: 'events' },
  records('history', 1, [{ a: 3 }]),
  end('history', 3),
  end('holds', 1),
  { type: 'complete', total_records: 4 },
];
const RESTARTED = { type: 'error', code: 'RESULT_RESTARTED', message: 'begun anew' };

type Routes = Parameters<typeof createTraceServer>[0];
/** A server that lets its job be followed, and what it answers each time; the rest is not followed. */
function followServer(answers: (() => Response)[], routes: Routes = {}) {
  const follow = vi.fn<(search: string) => Response>(() => answers.shift()!());
  const server = createTraceServer({
    'POST /api/trace/events': () => json(ACCEPTED, { status: 202 }),
    'GET /job/stream': (request) => {
      const { search } = new URL(request.url);
      return search === '' ? ndjson(lines(STREAM)) : follow(search);
    },
    ...routes,
  });
  return { ...server, follow };
}

/** A stream that the test writes piece by piece. */
function openBody() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancelled = vi.fn();
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: cancelled,
  });
  return {
    answer: () => ndjson(body),
    write: (messages: object[]) => controller.enqueue(new TextEncoder().encode(lines(messages))),
    close: () => controller.close(),
    fail: () => controller.error(new TypeError('reset')),
    cancelled,
  };
}

const rowsOf = ({ store }: ReturnType<typeof setup>) =>
  store.domains.map(({ name, rowCount }) => [name, rowCount]);

function statusesOf(trace: ReturnType<typeof setup>): string[] {
  const seen: string[] = [];
  current.scope.run(() =>
    watch(trace.state, ({ status }) => void (seen.at(-1) === status || seen.push(status)), {
      flush: 'sync',
    }),
  );
  return seen;
}

describe('a job that can be followed', () => {
  it('is read at once, without a poll, with interleaved domains and totals told at the end', async () => {
    const server = followServer([() => ndjson(lines(FOLLOWED))]);
    const trace = setup(server);
    const seen = statusesOf(trace);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete', jobId: 'job-1' });
    expect(seen.slice(-4)).toEqual(['queued', 'running', 'streaming', 'complete']);
    expect(server.follow).toHaveBeenCalledWith('?follow=1');
    expect(server.asked()).not.toContain('GET /job');
    expect(trace.store.domains).toEqual([
      { name: 'history', status: 'complete', rowCount: 3, total: 3 },
      { name: 'holds', status: 'complete', rowCount: 1, total: 1 },
    ]);
    expect([0, 1, 2].map((i) => trace.store.tables.get('history')!.value(i, 'a'))).toEqual([
      1, 2, 3,
    ]);
    expect(trace.metrics.value).toMatchObject({ rows: 4, totalRows: 4, percent: 100 });
    expect(trace.notices.value).toEqual([]);
  });

  it('shows its progress and each batch while it is at work', async () => {
    const { answer, write, close } = openBody();
    const trace = setup(followServer([answer]));
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.state.value.status).toBe('queued'));
    write([META, { type: 'progress', pct: 3, rows: 0, stage: 'events' }]);
    await vi.waitFor(() => expect(trace.state.value.status).toBe('running'));
    expect(trace.state.value).toMatchObject({ job: { job_id: 'job-1', pct: 3, stage: 'events' } });
    expect(trace.metrics.value.percent).toBe(3);
    write(FOLLOWED.slice(2, 7));
    await vi.waitFor(() => expect(trace.metrics.value).toMatchObject({ rows: 3, percent: 60 }));
    expect(trace.state.value.status).toBe('streaming');
    expect(trace.metrics.value.totalRows).toBeNull();
    expect(trace.store.domains[0]).toMatchObject({ status: 'receiving', total: null });
    write(FOLLOWED.slice(7));
    close();
    expect((await done).status).toBe('complete');
  });

  it('is followed where only its status offers that', async () => {
    const statuses = ['queued', 'started'];
    const server = followServer([() => ndjson(lines(FOLLOWED))], {
      'POST /api/trace/events': () => json({ ...ACCEPTED, follow: undefined }, { status: 202 }),
      'GET /job': () => json({ job_id: 'job-1', status: statuses.shift(), follow: true }),
    });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(server.asked().filter((path) => path === 'GET /job')).toHaveLength(1);
    expect(server.follow).toHaveBeenCalledTimes(1);
  });

  it('is read as ever where it has finished by the time its status offers that', async () => {
    const server = followServer([], {
      'POST /api/trace/events': () => json({ ...ACCEPTED, follow: undefined }, { status: 202 }),
      'GET /job': () => json({ job_id: 'job-1', status: 'finished', follow: true }),
    });
    expect((await setup(server).execute(PARAMS)).status).toBe('complete');
    expect(server.follow).not.toHaveBeenCalled();
  });

  it('is not read again where the page itself is at fault', () => {
    const problems = [{ kind: 'no-end-mark' } as const];
    const cut = (error: unknown) => hasEnded({ problems, notices: [], error });
    expect(cut(new TraceError('DECODE_WORKER_FAILED', 'died'))).toBe(true);
    expect(cut(new TypeError('a fault'))).toBe(true);
    expect(cut(new TraceError('STREAM_INTERRUPTED', 'reset'))).toBe(false);
    expect(cut(null)).toBe(false);
  });

  it.each([409, 404])('is polled where the server answers %i to it', async (status) => {
    const refusal = () => json({ error: 'no', code: 'JOB_NOT_COMPLETE' }, { status });
    const server = followServer([refusal]);
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(server.asked().slice(-3)).toEqual(['GET /job/stream', 'GET /job', 'GET /job/stream']);
    expect(trace.notices.value).toEqual([]);
  });

  it('is polled where two other streams are open', async () => {
    const bodies = [openBody(), openBody()];
    const busy = bodies.map(({ answer }) => setup(followServer([answer])));
    const running = busy.map((trace) => trace.execute(PARAMS));
    for (const { write } of bodies) write([META, { type: 'progress', pct: 1 }]);
    for (const trace of busy) {
      await vi.waitFor(() => expect(trace.state.value.status).toBe('running'));
    }
    const server = followServer([]);
    const third = setup(server);
    const done = third.execute(PARAMS);
    await vi.waitFor(() => expect(server.asked()).toContain('GET /job'));
    expect(server.follow).not.toHaveBeenCalled();
    for (const trace of busy) trace.cancel();
    await Promise.all(running);
    expect((await done).status).toBe('complete');
  });

  it('drops its rows and follows anew where another worker begins it anew', async () => {
    const text = (b: string) => records('holds', 0, [{ b }]);
    const first = [...FOLLOWED.slice(0, 5), text('x'), RESTARTED];
    const second = [META, start('holds'), text('y'), RESTARTED];
    const third = FOLLOWED.with(5, text('x'));
    const server = followServer([first, second, third].map((all) => () => ndjson(lines(all))));
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(server.follow).toHaveBeenCalledTimes(3);
    expect(rowsOf(trace)).toEqual([
      ['history', 3],
      ['holds', 1],
    ]);
    expect(trace.store.tables.get('holds')!.value(0, 'b')).toBe('x');
    const anew = { kind: 'rows-read-anew', reason: 'restarted' };
    expect(trace.notices.value.filter(({ kind }) => kind === 'rows-read-anew')).toEqual([
      anew,
      anew,
    ]);
    expect(trace.metrics.value).toMatchObject({ rows: 4, totalRows: 4 });
  });

  it('is polled where it begins anew before its first row', async () => {
    const server = followServer([() => ndjson(lines([META, RESTARTED]))]);
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(server.follow).toHaveBeenCalledTimes(1);
    expect(server.asked()).toContain('GET /job');
  });

  it('is polled and gone on with where the connection breaks and no cursor came', async () => {
    const { answer, write, fail } = openBody();
    const server = followServer([answer]);
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    write(FOLLOWED.slice(0, 6).map((message) => ({ ...message, cursor: undefined })));
    await vi.waitFor(() => expect(trace.metrics.value.rows).toBe(3));
    fail();
    expect((await done).status).toBe('complete');
    expect(rowsOf(trace)).toEqual([
      ['history', 3],
      ['holds', 1],
    ]);
    expect(trace.notices.value).toEqual([]);
    expect(trace.metrics.value.resumeCount).toBe(1);
    // a job that is at work has no pages
    const asked = server.asked();
    expect(asked.indexOf('GET /job')).toBeLessThan(asked.indexOf('GET /job/result'));
  });

  it('has its holes filled by pages once it has ended', async () => {
    const server = followServer([() => ndjson(lines(FOLLOWED.toSpliced(3, 1)))], {
      'GET /job/result': ({ url }) => {
        const { searchParams } = new URL(url);
        const offset = Number(searchParams.get('offset'));
        const rows = [{ a: 1 }, { a: 2 }, { a: 3 }];
        const data = rows.slice(offset, offset + Number(searchParams.get('limit')));
        return json({ results: { history: { data, count: data.length, total: 3 } } });
      },
    });
    const trace = setup(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(trace.store.tables.get('history')!.toJSON()).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
    expect(trace.notices.value).toEqual([{ kind: 'rows-filled', rows: 3 }]);
    expect(server.follow).toHaveBeenCalledTimes(1);
  });

  it('is not polled where its result came in one line', async () => {
    const data = {
      results: {
        history: { data: [{ a: 1 }], count: 1 },
        holds: { data: [], count: 0 },
      },
    };
    const server = followServer([() => ndjson(lines([{ type: 'full_result', data }]))]);
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('complete');
    expect(server.asked()).not.toContain('GET /job');
  });

  it('shows its place in the queue until it is at work', async () => {
    const { answer, write, close } = openBody();
    const trace = setup(followServer([answer]));
    const done = trace.execute(PARAMS);
    const queued = { type: 'progress', pct: 0, rows: 0, stage: 'queued' };
    write([META, { ...queued, position: 2 }]);
    const shown = () => trace.state.value;
    await vi.waitFor(() =>
      expect(shown()).toMatchObject({ status: 'queued', job: { status: 'queued', position: 2 } }),
    );
    write([{ ...queued, position: 1 }]);
    await vi.waitFor(() => expect(shown()).toMatchObject({ job: { position: 1 } }));
    write([FOLLOWED[1]!]);
    await vi.waitFor(() =>
      expect(shown()).toMatchObject({
        status: 'running',
        job: { status: 'started', stage: 'events' },
      }),
    );
    expect(shown()).not.toMatchObject({ job: { position: 1 } });
    write(FOLLOWED.slice(2));
    close();
    expect((await done).status).toBe('complete');
  });

  it('that fails before its first row says why', async () => {
    const failed = { type: 'error', code: 'JOB_FAILED', message: 'The database is away.' };
    const server = followServer([() => ndjson(lines([META, failed]))], {
      'GET /job': () => json({ job_id: 'job-1', status: 'failed', error: 'The database is away.' }),
    });
    expect(await setup(server).execute(PARAMS)).toMatchObject({
      status: 'failed',
      error: { code: 'JOB_FAILED', jobError: 'The database is away.' },
    });
  });

  it('that fails later keeps its rows, and says why there are no more', async () => {
    const failed = { type: 'error', code: 'JOB_FAILED', message: 'The database is away.' };
    const server = followServer([() => ndjson(lines([...FOLLOWED.slice(0, 6), failed]))], {
      'GET /job': () => json({ job_id: 'job-1', status: 'failed', error: 'The database is away.' }),
    });
    const trace = setup(server);
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { code: 'JOB_FAILED' },
      problems: expect.arrayContaining([
        { kind: 'error-line', code: 'JOB_FAILED', message: 'The database is away.' },
      ]),
    });
    expect(rowsOf(trace)).toEqual([
      ['history', 2],
      ['holds', 1],
    ]);
  });

  it('that has expired once its result has changed keeps its rows, and says both', async () => {
    const changed = [META, { ...start('history'), total: 9 }];
    const cut = FOLLOWED.map((line) => ('total' in line ? { ...line, total: 3 } : line)).slice(
      0,
      4,
    );
    const server = followServer([() => ndjson(lines(cut)), () => ndjson(lines(changed))], {
      'GET /job': () => json({ error: 'unknown', code: 'NOT_FOUND' }, { status: 404 }),
    });
    const trace = setup(server);
    const state = await trace.execute(PARAMS);
    if (state.status !== 'incomplete') throw new Error(state.status);
    expect(state.error?.code).toBe('JOB_NOT_FOUND');
    expect(state.problems).toContainEqual({ kind: 'result-changed', domain: 'history' });
    expect(trace.store.tables.get('history')!.toJSON()).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('names a domain that failed, and finds the total right without its rows', async () => {
    const messages = [
      ...FOLLOWED.slice(0, 8),
      end('history', 3),
      { type: 'warning', code: 'EVENTS_PARTIAL_FAILURE', failed_domains: ['holds'] },
      { type: 'complete', total_records: 3 },
    ];
    const trace = setup(followServer([() => ndjson(lines(messages))]));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      problems: [{ kind: 'domain-failed', domain: 'holds' }],
    });
  });

  it('is cancelled here and on the server', async () => {
    const { answer, write, cancelled } = openBody();
    const server = followServer([answer]);
    const trace = setup(server);
    const done = trace.execute(PARAMS);
    write(FOLLOWED.slice(0, 6));
    await vi.waitFor(() => expect(trace.metrics.value.rows).toBe(3));
    trace.cancel();
    expect((await done).status).toBe('cancelled');
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
    await vi.waitFor(() => expect(server.asked()).toContain('DELETE /job'));
    expect(server.asked()).not.toContain('GET /job');
  });
});
