import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRowTable } from '../../src/records/index.js';

it('reads back every cell of the batches that were appended', () => {
  const rows = fc.array(
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), fc.jsonValue()),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 6 }), (written) => {
      const batches = JSON.parse(JSON.stringify(written)) as Record<string, unknown>[][];
      const table = createRowTable();
      for (const batch of batches) table.append(batch);
      const all = batches.flat();
      expect(table.rowCount).toBe(all.length);
      const names = new Set(all.flatMap((row) => Object.keys(row)));
      expect(table.columns.map(({ name }) => name)).toEqual([...names]);
      // backwards, so that the batch that was read last is not the next one
      for (let i = all.length - 1; i >= 0; i--) {
        expect(table.row(i)).toBe(all[i]);
        for (const name of names) {
          const expected = Object.hasOwn(all[i]!, name) ? all[i]![name] : undefined;
          expect(table.value(i, name)).toBe(expected);
        }
      }
    }),
  );
});

it('keeps the columns in the order in which they were first seen', () => {
  const table = createRowTable();
  table.append([{ b: 1 }, { a: 1, b: 2 }]);
  table.append([{ c: 1, a: 2 }]);
  expect(table.columns).toEqual([{ name: 'b' }, { name: 'a' }, { name: 'c' }]);
});

it('refuses rows that it does not have', () => {
  const table = createRowTable();
  table.append([{ a: 1 }]);
  for (const row of [-1, 1, 0.5, NaN]) expect(() => table.row(row)).toThrow(RangeError);
  expect(() => table.value(1, 'a')).toThrow('There is no row 1: the table has 1 rows.');
});
