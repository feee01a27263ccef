import { afterEach, describe, expect, it, vi } from 'vitest';
import { watch } from 'vue';
import { current, PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json, lines, ndjson, STREAM } from './traceServer.js';

const ROUTES = {
  seeds: 'POST /api/trace/seed-resolve',
  lineage: 'POST /api/trace/lineage',
  events: 'POST /api/trace/events',
} as const;
const refused = () => json({ error: 'no', code: 'NO' }, { status: 400 });
const rows = ({ store }: ReturnType<typeof setup>) =>
  store.domains.map(({ name }) => store.tables.get(name)!.toJSON());
const ALL = [[{ a: 1 }, { a: 2 }, { a: 3 }], [{ b: 1 }]];

afterEach(() => vi.useRealTimers());

describe('resume', () => {
  it.each(Object.entries(ROUTES))('tries again where the %s failed', async (_stage, route) => {
    const server = createTraceServer({ [route]: refused, 'GET /job/stream': stream(STREAM) });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('failed');
    expect(trace.canResume.value).toBe(true);
    server.change({ [route]: null });
    expect(await trace.resume()).toMatchObject({ status: 'complete', jobId: 'job-1' });
    expect(rows(trace)).toEqual(ALL);
    expect(await server.requests.find(({ url }) => url.endsWith('seed-resolve'))!.json()).toEqual({
      profile: 'query_tool_reverse',
      params: PARAMS,
    });
  });

  it('runs a trace again whose answer lacked rows and had no job', async () => {
    const answer = (a: number[]) => ({
      results: {
        history: { data: a.map((n) => ({ a: n })), count: 3 },
        holds: { data: [], count: 0 },
      },
    });
    const answers = [answer([1, 2]), answer([1, 2, 3])];
    const server = createTraceServer({ [ROUTES.events]: () => json(answers.shift()) });
    const trace = setup(server);
    expect((await trace.execute(PARAMS)).status).toBe('incomplete');
    expect((await trace.resume()).status).toBe('complete');
    expect(rows(trace)).toEqual([ALL[0], []]);
  });

  it('changes nothing where there is nothing to go on with', async () => {
    const server = createTraceServer({ 'GET /job/stream': stream(STREAM) });
    const trace = setup(server);
    expect(await trace.resume()).toEqual({ status: 'idle' });
    const done = trace.execute(PARAMS);
    expect(trace.canResume.value).toBe(false);
    expect((await trace.resume()).status).toBe('resolving');
    expect((await done).status).toBe('complete');
    expect(trace.canResume.value).toBe(false);
    expect((await trace.resume()).status).toBe('complete');
    trace.reset();
    expect(await trace.resume()).toEqual({ status: 'idle' });
    expect(server.asked().filter((path) => path === ROUTES.seeds)).toHaveLength(1);
  });

  it('is none for a component that has gone', async () => {
    const server = createTraceServer({ [ROUTES.seeds]: refused });
    const trace = setup(server);
    await trace.execute(PARAMS);
    current.scope.stop();
    expect((await trace.resume()).status).toBe('failed');
    expect(server.requests).toHaveLength(1);
  });

  it('runs once where it is called twice', async () => {
    const server = createTraceServer({ [ROUTES.seeds]: refused });
    const trace = setup(server);
    await trace.execute(PARAMS);
    await Promise.all([trace.resume(), trace.resume()]);
    expect(server.requests).toHaveLength(2);
  });
});

const cursors = STREAM.map((line) =>
  'batch' in line ? { ...line, cursor: `${line.domain}/${line.batch}` } : line,
);
const accepted = { job_id: 'job-1', status_url: '/job', stream_url: '/job/stream', follow: true };

describe('a trace whose network went', () => {
  const down = () => {
    throw new TypeError('Failed to fetch');
  };

  /** A trace with the first rows of its job; from then on nothing could be reached. */
  async function cutOff() {
    const streams: string[] = [];
    let isDown = false;
    const server = createTraceServer({
      [ROUTES.events]: () => json({ async: true, ...accepted }, { status: 202 }),
      'GET /job': () => (isDown ? down() : json({ job_id: 'job-1', status: 'finished' })),
      'GET /job/result': down,
      'GET /job/stream': ({ url }) => {
        if (isDown) return down();
        const cursor = new URL(url).searchParams.get('cursor');
        streams.push(cursor ?? '');
        if (cursor !== null) return ndjson(lines([...cursors.slice(0, 2), ...cursors.slice(3)]));
        isDown = true;
        return ndjson(lines(cursors.slice(0, 3)));
      },
    });
    let time = 0;
    const trace = setup(server, { now: () => time });
    expect((await trace.execute(PARAMS)).status).toBe('incomplete');
    const pass = (ms: number) => void (time += ms);
    return { server, streams, trace, pass, setDown: (value: boolean) => void (isDown = value) };
  }

  it('goes on behind the rows that are there, which stay throughout', async () => {
    const { server, streams, trace, setDown } = await cutOff();
    const counts = new Set<number>();
    current.scope.run(() =>
      watch(
        () => trace.store.domains[0]?.rowCount ?? 0,
        (count) => void counts.add(count),
        { flush: 'sync' },
      ),
    );
    setDown(false);
    expect(await trace.resume()).toMatchObject({ status: 'complete', jobId: 'job-1' });
    expect(streams).toEqual(['', 'history/0']);
    expect(rows(trace)).toEqual(ALL);
    expect([...counts]).toEqual([3]);
    expect(server.asked().filter((path) => path.startsWith('POST'))).toHaveLength(3);
    expect(trace.metrics.value).toMatchObject({ rows: 4, totalRows: 4 });
    expect(trace.store.domains.map(({ status }) => status)).toEqual(['complete', 'complete']);
  });

  it('can be gone on with as often as it takes', async () => {
    const { trace, setDown } = await cutOff();
    for (let tries = 0; tries < 3; tries++) {
      expect((await trace.resume()).status).toBe('incomplete');
      expect(rows(trace)[0]).toEqual([{ a: 1 }, { a: 2 }]);
    }
    setDown(false);
    expect((await trace.resume()).status).toBe('complete');
    expect(rows(trace)).toEqual(ALL);
  });

  it('is given no time for that in which it was left', async () => {
    const { trace, pass, setDown } = await cutOff();
    pass(3_600_000);
    setDown(false);
    await trace.resume();
    expect(trace.metrics.value.elapsedMs).toBe(0);
  });

  it('can be cancelled, left running and reset while it goes on', async () => {
    for (const end of ['cancel', 'detach', 'reset'] as const) {
      const { trace, setDown } = await cutOff();
      setDown(false);
      const done = trace.resume();
      trace[end]();
      expect((await done).status).toBe(end === 'detach' ? 'detached' : 'cancelled');
      expect(trace.isActive.value).toBe(false);
    }
  });

  it('is run again where its job failed for good', async () => {
    const { server, trace, setDown } = await cutOff();
    setDown(false);
    server.change({ 'GET /job': () => json({ job_id: 'job-1', status: 'failed', error: 'x' }) });
    server.change({ 'GET /job/stream': down });
    const again = setup(server);
    expect(await again.execute(PARAMS)).toMatchObject({ error: { code: 'JOB_FAILED' } });
    server.change({ 'GET /job': null, 'GET /job/stream': stream(STREAM) });
    expect((await again.resume()).status).toBe('complete');
    // two traces, and the second one anew
    expect(server.asked().filter((path) => path === ROUTES.events)).toHaveLength(3);
    trace.reset();
  });
});

describe('a stream that says nothing for too long', () => {
  /** A stream that stalls behind its first rows; behind their cursor comes the rest. */
  function stallingServer() {
    const streams: string[] = [];
    const cancelled = vi.fn<() => void>();
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      controller.enqueue(new TextEncoder().encode(`${lines(cursors.slice(0, 3))}{"type":`));
    const server = createTraceServer({
      [ROUTES.events]: () => json({ async: true, ...accepted }, { status: 202 }),
      'GET /job/stream': ({ url }) => {
        const cursor = new URL(url).searchParams.get('cursor');
        streams.push(cursor ?? '');
        if (cursor === null)
          return ndjson(new ReadableStream<Uint8Array>({ start, cancel: cancelled }));
        return ndjson(lines([...cursors.slice(0, 2), ...cursors.slice(3)]));
      },
    });
    return { server, streams, cancelled };
  }

  async function stalled(idleTimeoutMs?: number) {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const given = stallingServer();
    const trace = setup(given.server, { idleTimeoutMs });
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(trace.store.domains[0]?.rowCount).toBe(2));
    return { ...given, trace, done };
  }

  it('is gone on with behind its last batch, and nothing is fetched twice', async () => {
    const { trace, done, streams, cancelled } = await stalled();
    await vi.advanceTimersByTimeAsync(50_000);
    expect((await done).status).toBe('complete');
    expect(streams).toEqual(['', 'history/0']);
    expect(cancelled).toHaveBeenCalled();
    expect(rows(trace)).toEqual(ALL);
    expect(trace.metrics.value).toMatchObject({ rows: 4, resumeCount: 1 });
  });

  it('is waited for as long as was asked', async () => {
    const { trace, done, streams } = await stalled(200_000);
    await vi.advanceTimersByTimeAsync(150_000);
    expect(streams).toEqual(['']);
    await vi.advanceTimersByTimeAsync(80_000);
    expect((await done).status).toBe('complete');
    expect(rows(trace)).toEqual(ALL);
  });

  it('is no fault of a machine that slept, and goes on where it was', async () => {
    const { trace, streams } = await stalled();
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    await vi.advanceTimersByTimeAsync(9000);
    expect(streams).toEqual(['']);
    expect(trace.state.value.status).toBe('streaming');
    expect(trace.metrics.value.resumeCount).toBe(0);
    trace.cancel();
  });

  it.each([0, -5, Number.NaN, '45'])('needs a timeout that can be meant: %j', (idleTimeoutMs) => {
    expect(() => setup(createTraceServer(), { idleTimeoutMs: idleTimeoutMs as number })).toThrow(
      TypeError,
    );
  });
});
