import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnChunk } from '../../src/records/columnChunk.js';
import { drain } from '../../src/stream/drain.js';
import { type ColumnStatistics, ColumnTable, withoutRows } from '../../src/records/index.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';
import { batches } from './rowArbitraries.js';

type Row = Record<string, unknown>;
const encode = (text: string) => new TextEncoder().encode(text);
const LIKE_A_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

function decode(decoder: RecordDecoder, rows: readonly Row[] | string) {
  const bytes = encode(typeof rows === 'string' ? rows : JSON.stringify(rows));
  return decoder.decode(bytes, 0, 10).batch;
}

function tableOf(...texts: (readonly Row[] | string)[]): ColumnTable {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  for (const text of texts) table.append(decode(decoder, text));
  return table;
}

function isTime(value: unknown): boolean {
  if (typeof value !== 'string' || !LIKE_A_TIME.test(value)) return false;
  const date = new Date(`${value.replace(' ', 'T')}Z`);
  // a Date takes 24:00, and the 30th of February as a day of March
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value.replace(' ', 'T'));
}

function kindOf(values: readonly unknown[]): string {
  if (values.length === 0) return 'empty';
  if (values.every((value) => typeof value === 'number')) return 'number';
  if (values.every(isTime)) return 'time';
  return values.every((value) => typeof value === 'string') ? 'text' : 'mixed';
}

const isValue = (value: unknown) => value !== null && value !== undefined;

/** The same figures, counted from the rows. */
function plainStatistics(batchRows: readonly (readonly Row[])[], name: string): ColumnStatistics {
  const valuesOf = (rows: readonly Row[]) =>
    rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined));
  const cells = valuesOf(batchRows.flat());
  const values = cells.filter(isValue);
  const isKeptApart = (batch: readonly Row[]) =>
    ['number', 'time'].includes(kindOf(valuesOf(batch).filter(isValue)));
  const kind = kindOf(values);
  const sorted =
    kind === 'number' ? values.sort((a, b) => Number(a) - Number(b)) : values.slice().sort();
  const hasRange = kind === 'number' || kind === 'time';
  return {
    values: values.length,
    nulls: cells.filter((cell) => cell === null).length,
    absent: cells.filter((cell) => cell === undefined).length,
    distinct: batchRows.some(isKeptApart)
      ? null
      : new Set(values.map((value) => JSON.stringify(value))).size,
    least: hasRange ? (sorted[0] as number | string) : null,
    most: hasRange ? (sorted.at(-1) as number | string) : null,
  };
}

function expectPlain(table: ColumnTable, batchRows: readonly (readonly Row[])[]) {
  for (const { name, kind, statistics } of table.columns) {
    const cells = batchRows.flat().map((row) => (Object.hasOwn(row, name) ? row[name] : null));
    expect(kind, name).toBe(kindOf(cells.filter(isValue)));
    const expected = plainStatistics(batchRows, name);
    // 0 and −0 are one number to whoever asks for the least
    const plus = (value: unknown) => (value === 0 ? 0 : value);
    expect({ ...statistics, least: plus(statistics.least), most: plus(statistics.most) }).toEqual({
      ...expected,
      least: plus(expected.least),
      most: plus(expected.most),
    });
  }
}

describe('the statistics of columns', () => {
  it('are those of the rows, after every batch', () => {
    fc.assert(
      fc.property(batches, (generated) => {
        const rows = generated.map((batch) => JSON.parse(JSON.stringify(batch)) as Row[]);
        const decoder = new RecordDecoder();
        const table = new ColumnTable();
        for (const [i, batch] of rows.entries()) {
          table.append(decode(decoder, batch));
          expectPlain(table, rows.slice(0, i + 1));
        }
      }),
      { numRuns: 600 },
    );
  });

  it('tell numbers from times, times from texts, and either from both', () => {
    const at = '2026-01-02 03:04:05';
    const rows = [{ n: 1.5, t: at, x: at, m: 1, o: true, e: null }];
    const table = tableOf(rows, [{ n: -2, t: '2025-12-31 00:00:00', x: 'a', m: 'b', o: [1] }]);
    expect(table.columns.map(({ name, kind }) => [name, kind].join(' '))).toEqual([
      'n number',
      't time',
      'x text',
      'm mixed',
      'o mixed',
      'e empty',
    ]);
    const [n, t, x, , , e] = table.columns.map(({ statistics }) => statistics);
    expect(n).toMatchObject({ least: -2, most: 1.5, distinct: null });
    expect(t).toMatchObject({ least: '2025-12-31 00:00:00', most: at });
    expect(x).toMatchObject({ least: null, most: null });
    expect(e).toEqual({ values: 0, nulls: 1, absent: 1, distinct: 0, least: null, most: null });
  });

  it('count a value that a later member of the same name replaced as little as the cell does', () => {
    const table = tableOf('[{"a":"x","a":"y"},{"a":[1],"a":"y"},{"a":"z","a":"z"}]');
    expect(table.columns[0]).toMatchObject({ kind: 'text', statistics: { distinct: 2 } });
    expect(table.toJSON()).toEqual([{ a: 'y' }, { a: 'y' }, { a: 'z' }]);
    const thrice = tableOf('[{"a":"k"},{"a":"x","a":"k","a":"z"}]');
    expect(thrice.toJSON()).toEqual([{ a: 'k' }, { a: 'z' }]);
    expect(tableOf('[{"a":"x","a":1}]').columns[0]).toMatchObject({
      kind: 'number',
      statistics: { values: 1, least: null },
    });
  });

  it('keep no trace of a batch that was refused', () => {
    const decoder = new RecordDecoder();
    const table = new ColumnTable();
    const many = Array.from({ length: 1_000 }, (_, i) => ({ a: `value ${i}`, b: i }));
    table.append(decode(decoder, many));
    const more = many.map(({ a, b }) => ({ a: `${a}, refused`, b: [b], c: 'new' }));
    const cut = encode(JSON.stringify(more).slice(0, -1));
    // in batches of which the first ones were finished
    expect(() => drain(decoder.steps(cut, 0, 10, 300))).toThrow('a comma');
    table.append(decode(decoder, [...many, { a: 'one more', b: 7 }]));
    expect(table.columns.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(table.columns[0]!.statistics).toMatchObject({ values: 2_001, distinct: 1_001 });
    expect(table.toJSON()).toEqual([...many, ...many, { a: 'one more', b: 7 }]);
  });

  it('do not count distinct values where entries came without their rows', () => {
    const decoder = new RecordDecoder();
    const table = new ColumnTable();
    table.append(withoutRows(decode(decoder, [{ a: 'x' }])));
    table.append(decode(decoder, [{ a: 'y' }, { a: 'x' }]));
    expect(table.columns[0]!.statistics).toMatchObject({ values: 2, distinct: null });
    expect(table.toJSON()).toEqual([{ a: 'y' }, { a: 'x' }]);
  });

  it('are counted where a chunk comes without them, too', () => {
    const chunk: ColumnChunk = {
      kind: 'number',
      numbers: new Int8Array([0, 5, 3, 0]),
      flags: new Uint8Array([1, 0, 0, 2]),
    };
    const table = new ColumnTable();
    const columns = [{ name: 'a', chunk, increment: null }];
    table.append({ rowCount: 4, columns, nonFiniteNumbers: 0 });
    expect(table.columns[0]!.statistics).toEqual({
      values: 2,
      nulls: 1,
      absent: 1,
      distinct: null,
      least: 3,
      most: 5,
    });
  });
});
