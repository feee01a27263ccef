import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnTable, holdsRows, LineDecoder, withoutRows } from '../../src/records/index.js';
import { decodeRows } from './decodeRows.js';
import { batches } from './rowArbitraries.js';

type Row = Record<string, unknown>;
const plain = (rows: unknown) => JSON.parse(JSON.stringify(rows)) as Row[];

describe('a table with batches put between its own', () => {
  it('has all rows in their places, and the table before stays as it was', () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 })), { maxLength: 6 });
    fc.assert(
      fc.property(batches, places, (generated, moves) => {
        const decoder = new LineDecoder();
        let table = new ColumnTable();
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
          expect(isDeepStrictEqual([...before], old)).toBe(true);
        }
        expect(table.rowCount).toBe(oracle.flat().length);
        expect(isDeepStrictEqual([...table], oracle.flat())).toBe(true);
        for (const column of table.columns) {
          const { values, nulls, absent } = column.statistics;
          expect(values + nulls + absent).toBe(table.rowCount);
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
});
