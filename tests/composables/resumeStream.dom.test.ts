import { describe, expect, it, vi } from 'vitest';
import { PARAMS, setup } from './traceScope.js';
import { createTraceServer, json, lines, ndjson } from './traceServer.js';

const META = { type: 'meta', job_id: 'job-1', domains: ['history', 'holds'] };
const start = (domain: string, total: number | null) => ({ type: 'domain_start', domain, total });
const records = (domain: string, batch: number, rows: object[]) => ({
  type: 'records',
  domain,
  batch,
  count: rows.length,
  cursor: `${domain}/${batch}`,
  data: rows,
});
const end = (domain: string, count: number) => ({ type: 'domain_end', domain, count });
const COMPLETE = { type: 'complete', total_records: 4 };
const FIRST = [META, start('history', 3), records('history', 0, [{ a: 1 }, { a: 2 }])];
/** What a server sends behind the cursor of the first batch. */
const REST = [
  META,
  start('history', 3),
  records('history', 1, [{ a: 3 }]),
  end('history', 3),
  start('holds', 1),
  records('holds', 0, [{ b: 1 }]),
  end('holds', 1),
  COMPLETE,
];
const WHOLE = [...FIRST, ...REST.slice(2)];

type Answer = () => Response;
const whole =
  (messages: readonly object[]): Answer =>
  () =>
    ndjson(lines(messages));
/** A body that breaks off behind its text. */
const broken =
  (text: string): Answer =>
  () => {
    const pieces = text === '' ? [] : [new TextEncoder().encode(text)];
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else controller.error(new TypeError('reset'));
    };
    return ndjson(new ReadableStream<Uint8Array>({ pull }));
  };
const refused: Answer = () => {
  throw new TypeError('connection refused');
};
const error = (status: number, code: string, headers: Record<string, string> = {}): Answer => {
  const body = { success: false, error: { code, message: 'no' } };
  return () => json(body, { status, headers });
};

interface Given {
  follow?: boolean;
  extended?: boolean;
  streamUrl?: string;
  job?: object[];
}
/** A server whose stream answers as given, one after the other; the last answer stays. */
function resumeServer(answers: Answer[], given: Given = {}) {
  const { follow = false, extended = true, streamUrl = '/job/stream', job = [] } = given;
  const asked: string[] = [];
  const statuses = [...job];
  const accepted = { job_id: 'job-1', status_url: '/job', stream_url: streamUrl, cancel: true };
  const server = createTraceServer({
    'POST /api/trace/events': () =>
      json({ stage: 'events', async: true, ...accepted, follow: extended }, { status: 202 }),
    'GET /job': () => json(statuses.shift() ?? { job_id: 'job-1', status: 'finished' }),
    'GET /job/stream': ({ url }) => {
      const { search } = new URL(url);
      // a job that is not to be followed says so, and is polled
      if (!follow && search.includes('follow=1')) return error(409, 'JOB_NOT_COMPLETE')();
      asked.push(search);
      return (answers.length > 1 ? answers.shift()! : answers[0]!)();
    },
  });
  return { ...server, streams: asked };
}

function setupWaits(server: ReturnType<typeof resumeServer>) {
  const waits: number[] = [];
  const sleep = async (ms: number, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    waits.push(ms);
  };
  return { waits, trace: setup(server, { sleep, random: () => 0.5 }) };
}

const cells = ({ store }: ReturnType<typeof setup>) =>
  ['history', 'holds'].map((domain) => store.tables.get(domain)!.toJSON());
const ALL = [[{ a: 1 }, { a: 2 }, { a: 3 }], [{ b: 1 }]];

describe.each([
  ['of a finished job', false],
  ['of a job that is followed', true],
])('a stream %s', (_what, follow) => {
  const query = follow ? '?follow=1&' : '?';
  const behind = (cursor: string) => `${query}cursor=${encodeURIComponent(cursor)}`;
  const first = follow ? '?follow=1' : '';

  it.each([
    ['breaks off between two lines', broken(lines(FIRST))],
    ['breaks off within a line', broken(lines(WHOLE).slice(0, lines(FIRST).length + 30))],
    ['ends without its end mark', whole(FIRST)],
    ['ends within a line', () => ndjson(lines(WHOLE).slice(0, lines(FIRST).length + 30))],
    [
      'is ended by a server that stops',
      whole([...FIRST, { type: 'error', code: 'SERVER_STOPPING' }]),
    ],
  ] as const)('that %s is gone on with behind its last batch', async (_how, cut) => {
    const server = resumeServer([cut, whole(REST)], { follow });
    const { trace, waits } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toEqual([first, behind('history/0')]);
    expect(cells(trace)).toEqual(ALL);
    expect(trace.metrics.value).toMatchObject({ rows: 4, totalRows: 4, resumeCount: 1 });
    expect(trace.notices.value).toEqual([]);
    expect(waits).toEqual([1500]);
    const bytes = lines(FIRST).length + lines(REST).length;
    expect(trace.metrics.value.bytes).toBeGreaterThanOrEqual(bytes);
  });

  it('waits longer from try to try, and as long as the server asks', async () => {
    const busy = error(503, 'SERVICE_UNAVAILABLE', { 'Retry-After': '40' });
    const limited = error(429, 'TOO_MANY_REQUESTS', { 'Retry-After': '2' });
    const answers = [broken(lines(FIRST)), refused, error(502, ''), busy, limited, whole(REST)];
    const server = resumeServer(answers, { follow });
    const { trace, waits } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(waits).toEqual([1500, 3000, 6000, 40_000, 22_500]);
    expect(trace.metrics.value.resumeCount).toBe(1);
    expect(cells(trace)).toEqual(ALL);
  });

  it('has five tries, and five more whenever a row came', async () => {
    const inVain: Answer[] = [refused, broken(''), whole([META]), refused];
    const next = [META, start('history', 3), records('history', 1, [{ a: 3 }])];
    const last = [META, start('history', 3), ...REST.slice(3)];
    const answers = [broken(lines(FIRST)), ...inVain, whole(next), ...inVain, whole(last)];
    const server = resumeServer(answers, { follow });
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toHaveLength(1 + 5 + 5);
    expect(server.streams.at(-1)).toBe(behind('history/1'));
    // those that said nothing were none
    expect(trace.metrics.value.resumeCount).toBe(4);
    expect(cells(trace)).toEqual(ALL);
  });

  it('drops its rows and reads them anew where the cursor is none of its attempt', async () => {
    const answers = [broken(lines(FIRST)), error(412, 'CURSOR_MISMATCH'), whole(WHOLE)];
    const server = resumeServer(answers, { follow });
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toEqual([first, behind('history/0'), first]);
    expect(trace.notices.value).toEqual([{ kind: 'rows-read-anew', reason: 'restarted' }]);
    expect(cells(trace)).toEqual(ALL);
  });

  it('drops its rows and reads them anew where it says that its job began anew', async () => {
    const restarted = { type: 'error', code: 'RESULT_RESTARTED', message: 'begun anew' };
    const server = resumeServer([whole([...FIRST, restarted]), whole(WHOLE)], { follow });
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toEqual([first, first]);
    expect(trace.notices.value).toEqual([{ kind: 'rows-read-anew', reason: 'restarted' }]);
    // a reading from the beginning, which no stream is gone on with
    expect(trace.metrics.value.resumeCount).toBe(0);
    expect(cells(trace)).toEqual(ALL);
  });

  it('keeps its rows and says why where the result has expired', async () => {
    const expired = { job_id: 'job-1', status: 'finished' };
    const answers = [broken(lines(FIRST)), error(404, 'JOB_RESULT_EXPIRED')];
    const server = resumeServer(answers, { follow, job: [expired, expired] });
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { code: 'HTTP_ERROR', serverCode: 'JOB_RESULT_EXPIRED' },
      problems: expect.arrayContaining([{ kind: 'no-end-mark' }]),
    });
    expect(cells(trace)).toEqual([[{ a: 1 }, { a: 2 }], []]);
  });

  it('ends at once where it is cancelled while it waits', async () => {
    const server = resumeServer([broken(lines(FIRST)), whole(REST)], { follow });
    const waiting = vi.fn<() => void>();
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        waiting();
        signal!.addEventListener('abort', () => reject(signal!.reason));
      });
    const trace = setup(server, { sleep });
    const done = trace.execute(PARAMS);
    await vi.waitFor(() => expect(waiting).toHaveBeenCalled());
    trace.cancel();
    expect(await done).toEqual({ status: 'cancelled', stage: 'events' });
    expect(server.streams).toEqual([first]);
    expect(cells(trace)[0]).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a stream that broke off', () => {
  it.each([
    ['was refused', refused, { code: 'NETWORK_ERROR' }],
    ['brought no row', whole([META]), { code: 'STREAM_INTERRUPTED', line: 2 }],
    ['brought nothing', whole([]), { code: 'STREAM_INTERRUPTED', line: 1 }],
  ])('keeps its rows where each of five tries to go on %s', async (_how, inVain, cause) => {
    const server = resumeServer([broken(lines(FIRST)), inVain]);
    const { trace, waits } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { code: 'RETRIES_EXHAUSTED', cause },
    });
    expect(server.streams).toHaveLength(6);
    expect(waits).toEqual([1500, 3000, 6000, 12_000, 22_500]);
    expect(cells(trace)).toEqual([[{ a: 1 }, { a: 2 }], []]);
  });

  it('is gone on with once its job was polled to its end, without a row twice', async () => {
    const answers = [broken(lines(FIRST)), ...Array<Answer>(5).fill(refused), whole(REST)];
    const server = resumeServer(answers, { follow: true });
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams.at(-1)).toBe('?cursor=history%2F0');
    expect(trace.notices.value).toEqual([]);
    expect(cells(trace)).toEqual(ALL);
  });

  it('behind a batch without a cursor is not gone on with by an older one', async () => {
    const more = { ...records('history', 1, [{ a: 3 }]), cursor: undefined };
    const server = resumeServer([broken(lines([...FIRST, more])), whole(WHOLE)]);
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toEqual(['', '']);
    expect(trace.notices.value).toEqual([]);
    expect(cells(trace)).toEqual(ALL);
  });

  it('is read anew once its job has finished, where what followed its cursor was another result', async () => {
    const other = [{ ...META, job_id: 'job-2' }, ...REST.slice(1)];
    const server = resumeServer([broken(lines(FIRST)), whole(other), whole(WHOLE)], {
      follow: true,
    });
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams.at(-1)).toBe('');
    expect(trace.notices.value).toEqual([{ kind: 'rows-read-anew', reason: 'interrupted' }]);
    expect(cells(trace)).toEqual(ALL);
  });

  it('tells of a batch that comes again behind its cursor', async () => {
    const server = resumeServer([broken(lines(FIRST)), whole(WHOLE)]);
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    const repeated = { kind: 'batch-repeated', domain: 'history', batch: 0 };
    expect(trace.notices.value).toEqual([repeated]);
  });

  it('is asked for under its own query', async () => {
    const streamUrl = '/job/stream?sig=a%2Fb';
    const server = resumeServer([broken(lines(FIRST)), whole(REST)], { streamUrl });
    await setupWaits(server).trace.execute(PARAMS);
    expect(server.streams[1]).toBe('?sig=a%2Fb&cursor=history%2F0');
  });

  it('before its first row is opened again', async () => {
    const server = resumeServer([broken(lines([META]).slice(0, 9)), whole(FIRST), whole(REST)]);
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toEqual(['', '', '?cursor=history%2F0']);
    const given = resumeServer([broken(lines([META]))], { extended: false });
    expect(await setup(given).execute(PARAMS)).toMatchObject({
      status: 'failed',
      error: { code: 'STREAM_INTERRUPTED' },
    });
    expect(given.streams).toHaveLength(1 + 5);
  });

  it('is not read for ever where the server refuses each cursor', async () => {
    const round = [broken(lines(FIRST)), error(412, 'CURSOR_MISMATCH')];
    const server = resumeServer(Array<Answer[]>(20).fill(round).flat());
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { status: 412 },
    });
    expect(server.streams.length).toBeLessThan(20);
  });

  it('at a line that is no JSON is gone on with behind the line before', async () => {
    const damaged = () => ndjson(`${lines(FIRST)}{"type":\n${lines(REST)}`);
    const server = resumeServer([damaged, whole(REST)]);
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({ status: 'complete' });
    expect(server.streams).toEqual(['', '?cursor=history%2F0']);
    expect(cells(trace)).toEqual(ALL);
  });

  it('at the same line each time ends', async () => {
    const damaged = () => ndjson(`${lines(FIRST)}{"type":\n${lines(REST)}`);
    const server = resumeServer([damaged]);
    const { trace } = setupWaits(server);
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      error: { code: 'RETRIES_EXHAUSTED', cause: { cause: { code: 'MALFORMED_LINE' } } },
    });
    // once by its cursor, and five times from the beginning
    expect(server.streams).toHaveLength(1 + 1 + 5);
    expect(cells(trace)).toEqual([[{ a: 1 }, { a: 2 }], []]);
  });

  it('says its warnings once, and keeps what the first stream said of failed domains', async () => {
    const warning = { type: 'warning', code: 'W', message: 'slow' };
    const failed = { type: 'warning', code: 'EVENTS_PARTIAL_FAILURE' };
    const tail = [warning, failed, { type: 'aggregation', data: { kpi: {} } }];
    const answers = [
      broken(lines([...WHOLE.slice(0, -1), ...tail])),
      whole([META, start('holds', 1), end('holds', 1), ...tail, COMPLETE]),
    ];
    const { trace } = setupWaits(resumeServer(answers));
    expect(await trace.execute(PARAMS)).toMatchObject({
      status: 'incomplete',
      problems: [{ kind: 'domain-failed', domain: null }],
    });
    const messages = trace.notices.value.map((notice) => 'message' in notice && notice.message);
    expect(messages).toEqual(['slow', null]);
    expect(trace.store.aggregation).toEqual({ kpi: {} });
  });
});
