import { expect, it } from 'vitest';
import { ColumnTable, LineDecoder } from '../../src/records/index.js';
import { decodeRows } from './decodeRows.js';

it('entries that come where others are missing before them are refused, and no cell shows another text', () => {
  const decoder = new LineDecoder();
  const [first, lost, last] = ['a', 'b', 'c'].map((text) => decodeRows(decoder, 'd', [{ text }]));
  const table = new ColumnTable();
  table.append(first!);
  expect(() => table.append(last!)).toThrow('Entries of a dictionary from 2 on came behind 1');
  table.append(lost!);
  expect(table.toJSON()).toEqual([{ text: 'a' }, { text: 'b' }]);
});
