import { expect, test } from 'vitest';
import { nextSort } from '../../src/components/TraceTable/nextSort.js';

const up = (column: string) => ({ column });
const down = (column: string) => ({ column, descending: true });

test('a click sorts ascending, then descending, then not at all', () => {
  expect(nextSort([], 'A', false)).toEqual([up('A')]);
  expect(nextSort([up('A')], 'A', false)).toEqual([down('A')]);
  expect(nextSort([down('A')], 'A', false)).toEqual([]);
});

test('a click on another column takes the place of all keys', () => {
  expect(nextSort([up('A'), down('B')], 'C', false)).toEqual([up('C')]);
  expect(nextSort([up('A'), up('B')], 'B', false)).toEqual([down('B')]);
});

test('with Shift a column is one more key, and keeps its rank while its direction changes', () => {
  expect(nextSort([up('A')], 'B', true)).toEqual([up('A'), up('B')]);
  expect(nextSort([up('A'), up('B')], 'A', true)).toEqual([down('A'), up('B')]);
  expect(nextSort([down('A'), up('B')], 'A', true)).toEqual([up('B')]);
});
