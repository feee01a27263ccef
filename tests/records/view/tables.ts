import fc from 'fast-check';
import { ColumnTable, LineDecoder } from '../../../src/records/index.js';
import type { RecordFilter, RecordQuery } from '../../../src/index.js';

export type Row = Record<string, unknown>;

/** Batches that a table is given one by one. */
export function createFeed(batches: readonly Row[][]) {
  const decoder = new LineDecoder();
  const table = new ColumnTable();
  const decoded = batches.map((rows) => decoder.decodeRows('d', rows));
  let next = 0;
  return {
    table,
    /** Appends some batches, all by default. */
    feed(count = Infinity) {
      for (; next < decoded.length && count > 0; count--) table.append(decoded[next++]!);
    },
  };
}

export const COLUMNS = ['ids', 'times', 'numbers', 'texts', 'mixed'] as const;

const word = fc.constantFrom(
  '',
  ' ',
  'a',
  'A',
  'ab',
  'aB',
  'Ab',
  'a-b',
  'a.b',
  'a/b',
  'a_b',
  'lot 10',
  'LOT-9',
  '批號',
  '膠體缺角',
  '不良',
  'é',
  'e\u0301',
  'ß',
  'İ',
  'Σ',
  '\t',
  '\u0000a',
  '"quoted"',
  '\ud83d\ude42',
  '2026-01-01 00:00:00',
  '2026-02-30 00:00:00',
  '10',
  'null',
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 200_000 }).map((s) => 1_767_225_600 + s),
  fc.constantFrom(-62_167_219_200, -1, 0, 2_147_483_647, 253_402_300_799),
);
const timeText = time.map((seconds) =>
  new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' '),
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 200 }),
  fc.constantFrom(
    0.5,
    -0,
    -1.25,
    1e21,
    1e-7,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    Infinity,
    -Infinity,
  ),
);
const nothing = fc.constantFrom(null, undefined);
const nested = fc.constantFrom({ a: 1 }, { a: '批' }, [], [1, 'x'], true, false);

/** What the cells of one batch are: mostly one kind, as in real columns. */
const cells = fc.oneof(
  { weight: 3, arbitrary: fc.constant(word) },
  { weight: 2, arbitrary: fc.constant(fc.string({ unit: 'grapheme', maxLength: 12 })) },
  { weight: 2, arbitrary: fc.constant(timeText) },
  { weight: 2, arbitrary: fc.constant(fc.integer({ min: -3, max: 200 })) },
  { weight: 1, arbitrary: fc.constant(number) },
  { weight: 1, arbitrary: fc.constant(nothing) },
  { weight: 1, arbitrary: fc.constant(fc.oneof(word, timeText, number, nested, nothing)) },
);
const kindOf: Record<string, fc.Arbitrary<fc.Arbitrary<unknown>>> = {
  ids: fc.constant(fc.oneof({ weight: 5, arbitrary: word }, nothing)),
  times: fc.oneof(
    { weight: 4, arbitrary: fc.constant(fc.oneof({ weight: 5, arbitrary: timeText }, nothing)) },
    { weight: 1, arbitrary: fc.constant(fc.oneof(timeText, word)) },
  ),
  numbers: fc.constant(fc.oneof({ weight: 5, arbitrary: number }, nothing)),
  texts: fc.constant(fc.string({ unit: 'grapheme', maxLength: 20 })),
  mixed: cells,
};
const batch = fc
  .record(kindOf as Record<(typeof COLUMNS)[number], fc.Arbitrary<fc.Arbitrary<unknown>>>)
  .chain((columns) => fc.array(fc.record(columns, { requiredKeys: [] }), { maxLength: 12 }))
  .map((rows) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, v]) => v !== undefined))),
  );
export const batches: fc.Arbitrary<Row[][]> = fc.array(batch, { minLength: 1, maxLength: 5 });

const column = fc.constantFrom(...COLUMNS, 'nobody');
const needle = fc.oneof(
  word,
  fc.constantFrom(
    '1',
    '0',
    '-',
    ':',
    ' ',
    '2026',
    '01-01',
    '1 0',
    '0:0',
    'e+',
    'INF',
    '{',
    'ru',
    '.',
  ),
);
const bound = fc.oneof(number, word, timeText, fc.constantFrom('2026-01-01', '2026'));
const filter: fc.Arbitrary<RecordFilter> = fc.oneof(
  fc.record({ column, text: needle }),
  fc.record({
    column,
    values: fc.array(fc.oneof(word, number, timeText, nested, nothing), { maxLength: 6 }),
  }),
  fc.record({ column, from: bound }),
  fc.record({ column, from: bound, to: bound }),
  fc.record({ column, to: bound }),
  fc.record({ column, empty: fc.boolean() }),
);
export const query: fc.Arbitrary<RecordQuery> = fc.record(
  {
    sort: fc.array(fc.record({ column, descending: fc.boolean() }), { maxLength: 3 }),
    filter: fc.array(filter, { maxLength: 2 }),
    search: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, needle),
  },
  { requiredKeys: [] },
);
