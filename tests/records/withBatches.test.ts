import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnTable, holdsRows, LineDecoder, withoutRows } from '../../src/records/index.js';
import { decodeRows } from './decodeRows.js';
import { batches } from './rowArbitraries.js';

type Row = Record<string, unknown>;
function tableOf(...batchRows: Row[][]): ColumnTable {
  const decoder = new LineDecoder();
  const table = new ColumnTable();
  for (const rows of batchRows) table.append(decodeRows(decoder, 'd', rows));
  return table;
}
const plain = (rows: unknown) => JSON.parse(JSON.stringify(rows)) as Row[];

describe('a table with batches put between its own', () => {
  it('has all rows in their places, and the table before stays as it was', () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 })), { maxLength: 6 });
    fc.assert(
      fc.property(batches, places, (generated, moves) => {
        const decoder = new LineDecoder();
        let table = new ColumnTable();
        let hasRemoved = false;
        const oracle: Row[][] = [];
        for (const [index, batch] of generated.entries()) {
          const rows = plain(batch);
          const decoded = decodeRows(decoder, 'd', rows);
          const [place, most] = moves[index] ?? [oracle.length, 0];
          const at = place % (oracle.length + 1);
          const removed = Math.min(most, oracle.length - at);
          const before = table;
          const old = oracle.flat();
          table = table.withBatches(at, removed, [decoded]);
          oracle.splice(at, removed, ...(rows.length > 0 ? [rows] : []));
          hasRemoved ||= removed > 0;
          expect(isDeepStrictEqual([...before], old)).toBe(true);
        }
        expect(table.rowCount).toBe(oracle.flat().length);
        expect(isDeepStrictEqual([...table], oracle.flat())).toBe(true);
        const fresh = tableOf(...oracle);
        for (const { name, statistics } of table.columns) {
          const { values = 0, nulls = 0, distinct = 0 } = fresh.column(name)?.statistics ?? {};
          expect(statistics).toMatchObject({ values, nulls });
          // entries of rows that were removed are left
          if (!hasRemoved || statistics.distinct !== null)
            expect(statistics).toMatchObject({ distinct });
        }
      }),
    );
  });

  it('takes batches that come later', () => {
    const decoder = new LineDecoder();
    const decode = (...rows: Row[]) => decodeRows(decoder, 'd', rows);
    const first = new ColumnTable();
    first.append(decode({ a: 'x' }));
    first.append(decode({ a: 'z' }));
    const table = first.withBatches(1, 0, [decode({ a: 'y', b: 1 })]);
    table.append(decode({ a: 'y' }));
    expect([...table]).toEqual([{ a: 'x' }, { a: 'y', b: 1 }, { a: 'z' }, { a: 'y' }]);
    expect([...first]).toEqual([{ a: 'x' }, { a: 'z' }]);
    expect(table.byteLength).toBeGreaterThan(first.byteLength);
  });
});

describe('rows that come again', () => {
  it('are known where they are the same, and only there', () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat(), (generated, from, length) => {
        const decoder = new LineDecoder();
        const table = new ColumnTable();
        const all = generated.flatMap((batch) => {
          const rows = plain(batch);
          table.append(decodeRows(decoder, 'd', rows));
          return rows;
        });
        const start = all.length === 0 ? 0 : from % all.length;
        const same = all.slice(start, start + (length % 20));
        const again = decodeRows(decoder, 'd', same);
        table.append(withoutRows(again));
        expect(holdsRows(table, start, again)).toBe(true);
        for (let place = 0; place + same.length <= all.length; place++) {
          const there = all.slice(place, place + same.length);
          expect(holdsRows(table, place, again)).toBe(isDeepStrictEqual(there, same));
        }
        expect(holdsRows(table, all.length, again)).toBe(same.length === 0);
      }),
    );
  });

  /** Whether a table of batches has these rows from `row` on. */
  function holds(batchRows: Row[][], row: number, rows: Row[]): boolean {
    const decoder = new LineDecoder();
    const table = new ColumnTable();
    for (const some of batchRows) table.append(decodeRows(decoder, 'd', some));
    const again = decodeRows(decoder, 'd', rows);
    table.append(withoutRows(again));
    return holdsRows(table, row, again);
  }

  it('differ by one cell, whatever its value and those above it', () => {
    const at = '2026-01-02 03:04:05';
    const json = ['0', '1', 'null', '"1"', '""', 'true', `"${at}"`, '"2026-01-02 03:04:06"'];
    const nested = ['{}', '[]', '[1]', '{"0":1}', '{"a":1}', '{"a":1,"b":2}', '{"b":2,"a":1}'];
    const sly = ['{"x":{}}', '{"__proto__":{}}', '{"a":{"b":[1,{}]}}', '{"a":{"b":[1,[]]}}'];
    const cells = [...json, ...nested, ...sly].map((text) => ({ v: JSON.parse(text) as unknown }));
    for (const above of [[], [{ v: 7 }], [{ v: at }], [{ v: 'x' }]]) {
      for (const one of [...cells, {}]) {
        for (const other of [...cells, {}]) {
          const isSame = holds([[...above, one]], 0, [...above, other]);
          expect(isSame, JSON.stringify([above, one, other])).toBe(isDeepStrictEqual(one, other));
        }
      }
    }
  });

  it('are compared over the batches in which they lie', () => {
    const batch = (...numbers: number[]) => numbers.map((n) => ({ n }));
    const there = [batch(1, 2), batch(3), batch(4, 5)];
    expect(holds(there, 1, batch(2, 3, 4))).toBe(true);
    for (const odd of [batch(1, 3, 4), batch(2, 2, 4), batch(2, 3, 3)]) {
      expect(holds(there, 1, odd)).toBe(false);
    }
    expect(holds(there, 3, batch(4, 5, 6))).toBe(false);
  });

  it('are compared where their texts have left the dictionary', () => {
    const texts = (from: number) =>
      Array.from({ length: 5_000 }, (_, i) => ({ t: `t${from + i}` }));
    const last = texts(5_000);
    expect(holds([texts(0), last], 5_000, last)).toBe(true);
    expect(holds([texts(0), last], 5_000, last.with(4_999, { t: 'other' }))).toBe(false);
  });
});
