import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  createGivenServer,
  cut,
  DOMAINS,
  type Fault,
  isBatch,
  makeRows,
  readResult,
  RESULT,
  type Result,
  skip,
} from './givenServer.js';
import { json } from './traceServer.js';

const SIZE = 5;
const FIRST = 'history 46+1';

const change =
  (domain: string, batch: number, changed: (line: string) => string): Fault =>
  (lines) =>
    lines.map((line) => (isBatch(line, domain, batch) ? changed(line) : line));
const both =
  (...faults: Fault[]): Fault =>
  (lines) =>
    faults.reduce((left, fault) => fault(left), lines);

const given = (faults: Fault[], more: Partial<Parameters<typeof createGivenServer>[0]> = {}) =>
  createGivenServer({ result: RESULT, size: SIZE, faults, ...more });

describe('a stream of the given server that breaks off', () => {
  it('is gone on with by pages, and a row of what came is held against them before and after', async () => {
    const server = given([cut(6)]);
    const { problems, error, rows, metrics } = await readResult(server, DOMAINS);
    expect({ problems, error }).toEqual({ problems: [], error: null });
    expect(rows).toEqual(RESULT);
    expect(metrics).toMatchObject({ rows: 76, totalRows: 76, resumeCount: 1, percent: 100 });
    expect(server.asked).toEqual([
      'stream',
      'history 19+1',
      'history 20+20000',
      'holds 0+20000',
      'jobs 0+20000',
      'history 19+1',
    ]);
    const missing = 76 - 20;
    expect(server.pageRows - missing).toBe(2);
  });

  it('waits before it asks for the first page, and no more', async () => {
    const sleep = vi.fn(async () => undefined);
    await readResult(given([cut(6)]), DOMAINS, { sleep });
    expect(sleep).toHaveBeenCalledTimes(1);
  });

  it('is read again from its beginning where there are no pages, without a row twice', async () => {
    const server = given([cut(6), cut(9)], { hasPages: false });
    const { problems, rows, metrics, notices } = await readResult(server, DOMAINS);
    expect({ problems, notices }).toEqual({ problems: [], notices: [] });
    expect(rows).toEqual(RESULT);
    expect(metrics).toMatchObject({ rows: 76, resumeCount: 2 });
    expect(server.asked.filter((it) => it === 'stream')).toHaveLength(3);
  });

  it('and lacks nothing but its end is asked for no row but one', async () => {
    const server = given([(lines) => lines.slice(0, -1)]);
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
    expect(server.asked).toEqual(['stream', FIRST]);
  });

  it.each([
    ['all of a result', () => json({ results: { history: { data: RESULT.history, count: 47 } } })],
    [
      'more than was asked for',
      () =>
        json({
          results: {
            history: { data: [{}], count: 1, total: 1 },
            holds: { data: RESULT.holds, count: 20, total: 20 },
          },
        }),
    ],
    ['a page without a total', () => json({ results: { history: { data: [{}], count: 1 } } })],
    ['a web page', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
    ['501', () => json({}, { status: 501 })],
    ['400', () => json({ error: 'no', code: 'INVALID_PARAMS' }, { status: 400 })],
  ])('is read again where the server sends %s in place of a page', async (_what, onPage) => {
    const server = given([cut(6)], { onPage });
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
  });

  it.each([
    [0, 0],
    [2, 1],
  ])('behind its line %i, before its first batch, is opened again', async (lines, resumeCount) => {
    const server = given([cut(lines)]);
    const { problems, rows, metrics } = await readResult(server, DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
    expect(metrics).toMatchObject({ resumeCount });
    expect(server.asked).toEqual(['stream', 'stream']);
  });

  it('before its first batch each time is made up for by pages', async () => {
    const server = given(Array<Fault>(6).fill(cut(2)));
    const { problems, rows, notices } = await readResult(server, DOMAINS);
    expect({ problems, notices }).toEqual({ problems: [], notices: [] });
    expect(rows).toEqual(RESULT);
    expect(server.asked.slice(5)).toEqual([
      'stream',
      'history 0+20000',
      'holds 0+20000',
      'jobs 0+20000',
      'history 0+1',
    ]);
  });

  it('before it has ended a domain without rows is made up for by pages', async () => {
    const faults = Array<Fault>(6).fill(cut(2));
    const server = createGivenServer({ result: { jobs: [] }, size: SIZE, faults });
    const { problems } = await readResult(server, ['jobs']);
    expect(problems).toEqual([]);
    expect(server.asked.at(-1)).toBe('jobs 0+20000');
  });

  it('is gone on with where only a page tells how many rows there are', async () => {
    const unknown: Fault = (lines) =>
      lines.map((line) => line.replace('"total":47', '"total":null'));
    const server = given([both(unknown, cut(4), skip('history', 0))]);
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
    expect(server.asked.slice(1, 3)).toEqual([FIRST.replace('46', '0'), 'history 0+47']);
  });

  it('is gone on with where a page tells the place of what came', async () => {
    const unknown: Fault = (lines) =>
      lines.map((line) => line.replace('"total":47', '"total":null'));
    const server = given([both(unknown, skip('history', 0, 1, 2, 3), cut(3))]);
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
    const places = ['0+1', '20+1', '20+1', '0+20', '25+20000'];
    expect(server.asked.slice(1, 6)).toEqual(places.map((place) => `history ${place}`));
  });

  it('names a domain that only pages say has failed', async () => {
    const onPage = ({ domain }: { domain: string }) => {
      const results = { jobs: { data: [], count: 0, total: 0 } };
      return domain === 'jobs' ? json({ results, failed_domains: ['jobs'] }) : undefined;
    };
    const { problems } = await readResult(given([cut(6)], { onPage }), DOMAINS);
    expect(problems).toContainEqual({ kind: 'domain-failed', domain: 'jobs' });
  });

  it('keeps its rows and names what is missing where the result has expired', async () => {
    const onPage = () => json({ error: 'gone', code: 'JOB_RESULT_EXPIRED' }, { status: 404 });
    const server = given([cut(6)], { onPage });
    const { problems, rows, error } = await readResult(server, DOMAINS);
    expect(error).toMatchObject({ status: 404 });
    expect(problems).toEqual([
      { kind: 'no-end-mark' },
      { kind: 'domain-unfinished', domain: 'history', received: 20, expected: 47 },
      { kind: 'domain-missing', domain: 'holds' },
      { kind: 'domain-missing', domain: 'jobs' },
    ]);
    expect(rows.history).toEqual(RESULT.history!.slice(0, 20));
    expect(server.asked).toHaveLength(2);
  });
});

it('a domain whose last pages are too short has not ended', async () => {
  const onPage = ({ offset, limit }: { offset: number; limit: number }) => {
    if (limit === 1) return undefined;
    const data = RESULT.history!.slice(offset, -1);
    return json({ results: { history: { data, count: data.length, total: 47 } } });
  };
  const { problems } = await readResult(given([cut(6)], { onPage }), ['history']);
  const unfinished = { kind: 'domain-unfinished', domain: 'history', received: 20, expected: 47 };
  expect(problems).toContainEqual(unfinished);
});

it('a stream that says before its first row that it failed is asked for nothing more', async () => {
  const failed = '{"type":"error","code":"INTERNAL_ERROR","message":"no"}\n';
  const server = given([both(cut(1), (lines) => [...lines, failed])]);
  const { problems } = await readResult(server, DOMAINS);
  expect(problems[0]).toMatchObject({ kind: 'error-line', code: 'INTERNAL_ERROR' });
  expect(server.asked).toEqual(['stream']);
});

it('a stream that cannot be opened has nothing to tell', async () => {
  const fetch = async () => json({ error: 'no', code: 'JOB_NOT_FOUND' }, { status: 404 });
  const { notices, error } = await readResult({ fetch }, DOMAINS);
  expect(error).toMatchObject({ status: 404 });
  expect(notices).toEqual([]);
});

describe('a result that has changed', () => {
  it.each<[string, Result, boolean]>([
    ['in its total, seen by a page', { ...RESULT, history: makeRows(48, 1) }, true],
    ['in its rows, seen by a page', { ...RESULT, history: makeRows(47, 5) }, true],
    ['in its total, seen by another stream', { ...RESULT, history: makeRows(48, 1) }, false],
    ['in its rows, seen by another stream', { ...RESULT, history: makeRows(47, 5) }, false],
  ])('%s is told, and nothing of it is taken', async (_how, later, hasPages) => {
    const changed: Parameters<typeof createGivenServer>[0] = {
      result: { ...RESULT },
      size: SIZE,
      hasPages,
      faults: [
        (lines) => {
          Object.assign(changed.result, later);
          return cut(6)(lines);
        },
      ],
    };
    const server = createGivenServer(changed);
    const { problems, rows, error } = await readResult(server, DOMAINS);
    expect(problems).toContainEqual({ kind: 'result-changed', domain: 'history' });
    expect(error).toBeNull();
    expect(server.asked).toHaveLength(hasPages ? 2 : 3);
    expect(rows).toEqual({ history: RESULT.history!.slice(0, 20), holds: [], jobs: [] });
  });

  it('in one cell of a batch that comes again is told', async () => {
    const other = change('history', 2, (line) => line.replace('"QTY":22', '"QTY":23'));
    const server = given([cut(6), other], { hasPages: false });
    const { problems } = await readResult(server, DOMAINS);
    expect(problems).toContainEqual({ kind: 'result-changed', domain: 'history' });
  });

  it('within a stream is told', async () => {
    const twice = change('history', 1, (line) => line + line.replace('"QTY":12', '"QTY":13'));
    const server = given([twice]);
    const { problems, error } = await readResult(server, DOMAINS);
    expect(problems).toContainEqual({ kind: 'result-changed', domain: 'history' });
    expect(error).toBeNull();
    expect(server.asked).toEqual(['stream']);
  });

  it('by the id of its query is told', async () => {
    const renamed: Fault = (lines) => lines.map((line) => line.replace('job-1', 'job-2'));
    const { problems } = await readResult(given([cut(6), renamed], { hasPages: false }), DOMAINS);
    expect(problems).toContainEqual({ kind: 'result-changed', domain: null });
  });
});

describe('holes in a stream', () => {
  it.each<[string, Fault, number]>([
    ['at the start', skip('history', 0), 5],
    ['in the middle', skip('history', 4), 5],
    ['at the end', skip('history', 9), 2],
    ['side by side', skip('history', 3, 4, 5), 15],
    ['in several domains', both(skip('history', 0, 2, 8), skip('holds', 1), skip('jobs', 0)), 25],
    ['with their ends', both(skip('holds', 3), (lines) => lines.toSpliced(-1, 1)), 5],
    ['of wrong counts', change('history', 4, (line) => line.replace('"count":5', '"count":6')), 5],
    ['of rows that are none', change('history', 4, (l) => l.replace(/"data".*/, '"data":7}')), 5],
    ['of rows that are fewer', change('holds', 1, (l) => l.replace(/,\{[^{}]*\}\]\}/, ']}')), 5],
  ])('%s are filled by pages, in their places', async (where, fault, missing) => {
    const server = given([fault]);
    const { problems, rows, notices, error } = await readResult(server, DOMAINS);
    expect({ problems, error }).toEqual({ problems: [], error: null });
    expect(isDeepStrictEqual(rows, RESULT)).toBe(true);
    expect(server.pageRows).toBeLessThanOrEqual(missing + 9);
    const isBroken = where === 'with their ends';
    expect(notices).toEqual(isBroken ? [] : [{ kind: 'rows-filled', rows: missing }]);
  });

  it('are filled though a domain of one batch has as many rows as a last batch', async () => {
    // the row behind the hole once more before it: no probe tells them apart
    const rows = makeRows(9, 1);
    const result: Result = { history: rows.with(4, rows[5]!), holds: makeRows(4, 2) };
    const server = createGivenServer({ result, size: SIZE, faults: [skip('history', 0)] });
    const { problems, rows: got } = await readResult(server, ['history', 'holds']);
    expect(problems).toEqual([]);
    expect(got).toEqual(result);
  });

  it('are fetched 5000 rows at a time', async () => {
    const result: Result = { history: makeRows(40_000) };
    const server = createGivenServer({
      result,
      size: 2000,
      faults: [skip('history', 3, 4, 5, 6, 7)],
    });
    const { problems, rows, notices } = await readResult(server, ['history']);
    expect(problems).toEqual([]);
    expect(isDeepStrictEqual(rows, result)).toBe(true);
    expect(server.asked.slice(1)).toEqual([
      'history 5999+1',
      'history 16000+1',
      'history 6000+4000',
      'history 10000+4000',
      'history 14000+2000',
      'history 5999+1',
    ]);
    expect(notices).toContainEqual({ kind: 'rows-filled', rows: 10_000 });
  });

  it('of batches that are larger than a page are filled by several', async () => {
    // each page has texts that none before it had
    const history = Array.from({ length: 60_000 }, (_, i) => ({ LOT: `lot ${i % 7}-${i >> 11}` }));
    const faults = [skip('history', 1, 3)];
    for (const isShort of [false, true]) {
      const onPage = ({ offset }: { offset: number }) =>
        isShort && offset === 17_000
          ? json({ results: { history: { data: [{ LOT: 'cut' }], count: 1, total: 60_000 } } })
          : undefined;
      const server = createGivenServer({ result: { history }, size: 12_000, faults, onPage });
      const { problems, rows } = await readResult(server, ['history']);
      const kept = isShort ? history.toSpliced(12_000, 12_000) : history;
      expect(isDeepStrictEqual(rows.history, kept)).toBe(true);
      expect(problems.length > 0).toBe(isShort);
    }
  });

  it('stay named where pages are too short, time and again', async () => {
    const onPage = ({ offset, limit }: { offset: number; limit: number }) => {
      if (limit === 1) return undefined;
      const data = RESULT.history!.slice(offset, offset + limit - 1);
      return json({ results: { history: { data, count: data.length, total: 47 } } });
    };
    const { problems, rows } = await readResult(given([skip('history', 4)], { onPage }), DOMAINS);
    expect(problems).toContainEqual({ kind: 'batches-missing', domain: 'history', from: 4, to: 4 });
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'page-count', domain: 'history', offset: 20, received: 4 }),
    );
    expect(rows.history).toEqual(RESULT.history!.toSpliced(20, 5));
  });

  it('stay named where pages are longer than was asked for', async () => {
    const onPage = ({ offset, limit }: { offset: number; limit: number }) => {
      if (limit === 1) return undefined;
      const data = RESULT.history!.slice(offset);
      return json({ results: { history: { data, count: data.length, total: 47 } } });
    };
    const { problems, rows } = await readResult(given([skip('history', 4)], { onPage }), DOMAINS);
    expect(problems).toEqual([
      { kind: 'batches-missing', domain: 'history', from: 4, to: 4 },
      { kind: 'count-mismatch', domain: 'history', received: 42, expected: 47 },
      { kind: 'total-mismatch', received: 71, expected: 76 },
    ]);
    expect(rows.history).toEqual(RESULT.history!.toSpliced(20, 5));
  });

  it('are filled in all domains but one whose pages are refused', async () => {
    const refused = () => json({ error: 'no', code: 'INVALID_PARAMS' }, { status: 400 });
    const onPage = ({ domain }: { domain: string }) => (domain === 'holds' ? refused() : undefined);
    const server = given([both(skip('holds', 1), skip('jobs', 0))], { onPage });
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(rows).toEqual({ ...RESULT, holds: RESULT.holds!.toSpliced(5, 5) });
    expect(problems).toContainEqual({ kind: 'batches-missing', domain: 'holds', from: 1, to: 1 });
  });

  it('that a stream has each time stay named, and are looked for once more', async () => {
    const faults = Array<Fault>(10).fill(skip('history', 4));
    const server = given(faults, { hasPages: false });
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(problems).toContainEqual({ kind: 'batches-missing', domain: 'history', from: 4, to: 4 });
    expect(rows.history).toEqual(RESULT.history!.toSpliced(20, 5));
    expect(server.asked).toEqual(['stream', 'history 19+1', 'stream']);
  });

  it.each([
    ['behind them', 9, 3],
    ['before them', 1, 2],
  ])('are looked for in a stream that breaks off %s', async (_where, lines, streams) => {
    const server = given([skip('history', 4), cut(lines)], { hasPages: false });
    const { problems, rows, error } = await readResult(server, DOMAINS);
    expect(error).toBeNull();
    const isFilled = streams === 3;
    expect(problems.length === 0).toBe(isFilled);
    expect(isDeepStrictEqual(rows, RESULT)).toBe(isFilled);
    expect(server.asked.filter((it) => it === 'stream')).toHaveLength(streams);
  });

  it('are filled where a page is short once', async () => {
    let pages = 0;
    const onPage = ({ offset, limit }: { offset: number; limit: number }) => {
      if (limit === 1 || ++pages > 1) return undefined;
      const data = RESULT.history!.slice(offset, offset + limit - 1);
      return json({ results: { history: { data, count: data.length, total: 47 } } });
    };
    const { problems, rows } = await readResult(given([skip('history', 4)], { onPage }), DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
  });
});

it('a result that comes whole in one line is asked for no pages', async () => {
  const results = Object.fromEntries(
    Object.entries(RESULT).map(([domain, data]) => [domain, { data, count: data.length }]),
  );
  const line = JSON.stringify({ type: 'full_result', data: { results } });
  const server = given([() => [`${line}\n`]]);
  const { problems, rows } = await readResult(server, DOMAINS);
  expect(problems).toEqual([]);
  expect(rows).toEqual(RESULT);
  expect(server.asked).toEqual(['stream']);
});

describe('batches', () => {
  it('that come in another order lie in theirs', async () => {
    const reordered: Fault = (lines) => {
      const [first] = lines.splice(3, 1);
      return lines.toSpliced(7, 0, first!);
    };
    const server = given([reordered]);
    const { problems, rows } = await readResult(server, DOMAINS);
    expect(problems).toEqual([]);
    expect(rows).toEqual(RESULT);
    expect(server.asked).toEqual(['stream']);
  });

  it('that come behind a line that cannot be read are fetched', async () => {
    for (const damaged of ['{"type":', '{"type":"records","dom}', '�']) {
      const fault = change('history', 4, () => `${damaged}\n`);
      for (const hasPages of [true, false]) {
        const { problems, rows } = await readResult(given([fault], { hasPages }), DOMAINS);
        expect(problems).toEqual([]);
        expect(rows).toEqual(RESULT);
      }
    }
  });
});

const faultOf = fc.oneof(
  fc.integer({ min: 1, max: 25 }).map((count) => cut(count)),
  fc.tuple(fc.constantFrom(...DOMAINS), fc.integer({ min: 0, max: 9 })).map((at) => skip(...at)),
  fc
    .tuple(fc.constantFrom(...DOMAINS), fc.integer({ min: 0, max: 9 }))
    .map((at) => change(...at, (line) => line.replace('"count":5', '"count":4'))),
  fc
    .tuple(fc.constantFrom(...DOMAINS), fc.integer({ min: 0, max: 9 }))
    .map((at) => change(...at, () => '{"type":\n')),
  fc
    .tuple(fc.constantFrom(...DOMAINS), fc.integer({ min: 0, max: 9 }))
    .map((at) => change(...at, (line) => line + line)),
  fc
    .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }))
    .map(([from, to]): Fault => (lines) => {
      const [moved] = lines.splice(from, 1);
      return moved === undefined ? lines : lines.toSpliced(to, 0, moved);
    }),
);

describe('any faults of a stream', () => {
  it.each([true, false])(
    'come to the same rows, or are told; with pages: %s',
    async (hasPages) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(faultOf, { minLength: 1, maxLength: 3 }), {
            minLength: 1,
            maxLength: 3,
          }),
          async (streams) => {
            const faults = streams.map((some) => both(...some));
            const { problems, rows } = await readResult(given(faults, { hasPages }), DOMAINS);
            const isSame = isDeepStrictEqual(rows, RESULT);
            if (problems.length === 0) expect(isSame, 'complete').toBe(true);
            if (hasPages) expect(problems).toEqual([]);
          },
        ),
        { numRuns: 300 },
      );
    },
    60_000,
  );
});
