import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import {
  createGivenServer,
  cut,
  DOMAINS,
  type Fault,
  type Given,
  isBatch,
  makeRows,
  readResult,
  RESULT,
  type Result,
  skip,
} from './givenServer.js';
import { json } from './traceServer.js';

/** The rows of a batch are changed, and its count with them. */
const changeRows =
  (domain: string, batch: number, change: (rows: unknown[]) => unknown[]): Fault =>
  (lines) =>
    lines.map((line) => {
      if (!isBatch(line, domain, batch)) return line;
      const message = JSON.parse(line) as { data: unknown[] };
      const data = change(message.data);
      return `${JSON.stringify({ ...message, count: data.length, data })}\n`;
    });
const html = () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } });

it('a batch that came empty is a hole', async () => {
  const server = createGivenServer({
    result: RESULT,
    size: 5,
    faults: [changeRows('history', 3, () => [])],
  });
  const { problems, rows } = await readResult(server, DOMAINS);
  expect({ problems, isSame: isDeepStrictEqual(rows, RESULT) }).toEqual({
    problems: [],
    isSame: true,
  });
});

it('a row that a batch leaves out, its count with it, is filled in its place', async () => {
  // the last two rows of the domain are alike
  const history = [...makeRows(46, 1), makeRows(46, 1)[45]!];
  const lose = changeRows('history', 3, (data) => data.toSpliced(2, 1));
  const { problems, rows } = await readResult(
    createGivenServer({ result: { history }, size: 5, faults: [lose] }),
    ['history'],
  );
  expect({ problems, rows: rows.history }).toEqual({ problems: [], rows: history });
});

it('domains that are whole are held against the server, too', async () => {
  const given: Given = {
    result: { ...RESULT },
    size: 5,
    faults: [
      (lines) => {
        // while the stream is broken, the job is run anew and finds other rows
        Object.assign(given.result, {
          history: makeRows(52, 5),
          holds: makeRows(22, 6),
          jobs: makeRows(11, 7),
        });
        return cut(13)(lines); // behind the domain_end of history
      },
    ],
  };
  const { problems } = await readResult(createGivenServer(given), DOMAINS);
  expect(problems.map(({ kind }) => kind)).toContain('result-changed');
});

it('a column that first comes in the second page of a hole stands in its rows', async () => {
  const history = Array.from({ length: 30_000 }, (_, i) => ({
    LOT: `lot ${i % 7}`,
    ...(i >= 18_000 && i < 20_000 && { LATE: `late ${i}` }),
  }));
  const server = createGivenServer({
    result: { history },
    size: 12_000,
    faults: [skip('history', 1)],
  });
  const { problems, rows } = await readResult(server, ['history']);
  const wrong = rows.history!.findIndex((row, i) => !isDeepStrictEqual(row, history[i]));
  expect({ problems, wrong, row: rows.history![wrong] }).toEqual({ problems: [], wrong: -1 });
});

it('rows of an answer that is refused move no dictionary on', async () => {
  const history = Array.from({ length: 40 }, (_, i) => ({ LOT: `lot ${i}` }));
  let pages = 0;
  const onPage = ({ offset, limit }: { offset: number; limit: number }) => {
    if (limit === 1 || pages++ > 0) return undefined;
    const data = history.slice(offset, offset + limit);
    const results = { history: { data, count: data.length, total: 40 } };
    return json({
      success: false,
      error: { code: 'EVENTS_FAILED', message: 'no' },
      data: { results },
    });
  };
  const server = createGivenServer({ result: { history }, size: 5, faults: [cut(4)], onPage });
  const { problems, rows } = await readResult(server, ['history']);
  expect({ problems, rows: rows.history }).toEqual({ problems: [], rows: history });
});

it('a full_result that is dropped moves no dictionary on', async () => {
  const history = Array.from({ length: 10 }, (_, i) => ({ LOT: `lot ${i}` }));
  const full = {
    type: 'full_result',
    data: { results: { history: { data: [{ LOT: 'x' }, { LOT: 'y' }], count: 2 } } },
  };
  const fault: Fault = (lines) => lines.toSpliced(3, 0, `${JSON.stringify(full)}\n`);
  const { problems, rows } = await readResult(
    createGivenServer({ result: { history }, size: 5, faults: [fault] }),
    ['history'],
  );
  expect({ problems, rows: rows.history }).toEqual({ problems: [], rows: history });
});

it('rows that pages brought do not come once more by a stream', async () => {
  const history = Array.from({ length: 60_000 }, (_, i) => ({ N: i }));
  let goodPages = 1; // of 20,000 rows each
  const onPage = ({ limit }: { limit: number }) =>
    goodPages > 0 && (limit === 1 || goodPages-- > 0) ? undefined : html();
  // breaks off behind 4 batches of 5000, and later behind 8, time and again
  const faults = [cut(6), ...Array<Fault>(6).fill(cut(10))];
  const server = createGivenServer({ result: { history }, size: 5000, faults, onPage });
  const { reading, run, tables } = await readResult(server, ['history']);
  // resume() by hand: pages are refused now
  reading.takeUp(run);
  await reading.read({ url: '/job/stream' });
  // and once more: all is well again
  goodPages = Infinity;
  reading.takeUp(run);
  const { problems } = await reading.read({ url: '/job/stream' });
  const rows = tables
    .get('history')!
    .toJSON()
    .map(({ N }) => N);
  const twice = rows.length - new Set(rows).size;
  expect({ problems, rows: rows.length, twice }).toEqual({ problems: [], rows: 60_000, twice: 0 });
});

const [ALIKE, DIFFERENT] = [makeRows(47, 1), makeRows(47, 1)];
ALIKE[18] = ALIKE[45]!; // as of a row that comes twice

it.each([
  ['puts its batch in no wrong place', DIFFERENT],
  ['puts it in none where the rows at both places are alike', ALIKE],
])('a small domain, whose size is not that of another, %s', async (_how, history) => {
  const result: Result = { history, jobs: makeRows(2, 3) };
  const faults = [skip('history', 0, 1, 2, 3, 4, 5, 6, 7, 8)];
  const server = createGivenServer({ result, size: 5, faults });
  const { problems, rows } = await readResult(server, ['history', 'jobs']);
  expect({ problems, rows }).toEqual({ problems: [], rows: result });
});

it('a hole that is all of the result is filled', async () => {
  const server = createGivenServer({
    result: { holds: makeRows(4) },
    size: 5,
    faults: [skip('holds', 0)],
  });
  const { problems, rows } = await readResult(server, ['holds']);
  expect({ problems, rows: rows.holds }).toEqual({ problems: [], rows: makeRows(4) });
});

it('pages of one fetching are of one result', async () => {
  const given: Given = {
    result: { ...RESULT },
    size: 5,
    faults: [cut(6)],
    onPage({ domain }) {
      // the job is run anew between the pages of history and those of holds
      if (domain === 'holds')
        Object.assign(given.result, {
          history: makeRows(52, 5),
          holds: makeRows(22, 6),
          jobs: makeRows(11, 7),
        });
      return undefined;
    },
  };
  const { problems } = await readResult(createGivenServer(given), DOMAINS);
  expect(problems.map(({ kind }) => kind)).toContain('result-changed');
});
