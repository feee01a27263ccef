import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnTable, LineDecoder } from '../../src/records/index.js';
import { batches } from './rowArbitraries.js';
import { decodeRows } from './decodeRows.js';

type Row = Record<string, unknown>;
const ROWS = Array.from({ length: 10 }, (_, i) => ({ id: i, name: `row ${i % 3}` }));

function tableOf(...batchRows: (readonly Row[])[]): ColumnTable {
  const decoder = new LineDecoder();
  const table = new ColumnTable();
  for (const rows of batchRows) table.append(decodeRows(decoder, 'd', rows));
  return table;
}

describe('the rows of a ColumnTable', () => {
  it('are written by JSON.stringify, and iterated, as JSON.parse gave them', () => {
    fc.assert(
      fc.property(batches, (generated) => {
        const rows = generated.map((batch) => JSON.parse(JSON.stringify(batch)) as Row[]);
        const table = tableOf(...rows);
        const all = rows.flat();
        expect(isDeepStrictEqual([...table], all)).toBe(true);
        expect(isDeepStrictEqual(JSON.parse(JSON.stringify(table)), all)).toBe(true);
        expect(isDeepStrictEqual(JSON.parse(JSON.stringify({ table })), { table: all })).toBe(true);
      }),
    );
  });

  it('are given in ranges across batches', () => {
    const table = tableOf(ROWS.slice(0, 4), ROWS.slice(4, 5), ROWS.slice(5));
    for (let from = 0; from <= 10; from++) {
      expect(table.toJSON(from)).toEqual(ROWS.slice(from));
      for (let to = from; to <= 10; to++) {
        expect([...table.rows(from, to)]).toEqual(ROWS.slice(from, to));
        expect(table.toJSON(from, to)).toEqual(ROWS.slice(from, to));
      }
    }
    expect(JSON.parse(JSON.stringify([table, table]))).toEqual([ROWS, ROWS]);
    expect(new ColumnTable().toJSON()).toEqual([]);
  });

  it('are made one by one, and are those that were there when the iteration began', () => {
    const decoder = new LineDecoder();
    const table = new ColumnTable();
    table.append(decodeRows(decoder, 'd', ROWS.slice(0, 2)));
    const rows = table[Symbol.iterator]();
    expect(rows.next().value).toEqual(ROWS[0]);
    table.append(decodeRows(decoder, 'd', ROWS.slice(2)));
    expect([...rows]).toEqual([ROWS[1]]);
    expect([...table]).toEqual(ROWS);
  });

  it('are refused at once where there are none', () => {
    const table = tableOf(ROWS);
    for (const [from, to] of [[-1], [11], [0, 11], [5, 4], [0.5], [0, NaN], [NaN]] as const) {
      expect(() => table.rows(from, to), `${from} to ${to}`).toThrow(RangeError);
      expect(() => table.toJSON(from, to), `${from} to ${to}`).toThrow(RangeError);
    }
    for (const row of [-1, 10, 0.5, NaN]) {
      expect(() => table.row(row), `${row}`).toThrow(RangeError);
      expect(() => table.value(row, 'id'), `${row}`).toThrow(RangeError);
    }
    expect(() => table.rows(3, 12)).toThrow('There are no rows 3 to 12: the table has 10 rows.');
  });
});

it('gives its columns as the same objects while it grows', () => {
  const decoder = new LineDecoder();
  const table = new ColumnTable();
  table.append(decodeRows(decoder, 'd', ROWS.slice(0, 2)));
  const { columns } = table;
  const [id] = columns;
  table.append(decodeRows(decoder, 'd', [...ROWS.slice(2), { other: null }]));
  expect(table.columns).toBe(columns);
  expect(table.columns[0]).toBe(id);
  expect(id!.statistics).toMatchObject({ values: 10, absent: 1, most: 9 });
});
