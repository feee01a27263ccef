import type { RecordFilter, RecordQuery } from '../../../src/index.js';

type Row = Record<string, unknown>;
type Range = Extract<RecordFilter, { from?: unknown }>;

const { compare } = new Intl.Collator('zh-Hant');

/** The view of a query, as plainly as it can be said. */
export function naiveView(
  rows: readonly Row[],
  { sort = [], filter = [], search = '' }: RecordQuery,
): number[] {
  const passes = (row: Row) =>
    filter.every((condition) => holds(condition, cell(row, condition.column))) &&
    (search === '' || Object.keys(row).some((column) => contains(row[column], search)));
  const numbers = rows.map((_, i) => i).filter((i) => passes(rows[i]!));
  return numbers.sort((a, b) => {
    for (const { column, descending = false } of sort) {
      const order = compareCells(cell(rows[a]!, column), cell(rows[b]!, column), descending);
      if (order !== 0) return order;
    }
    return a - b;
  });
}

const cell = (row: Row, column: string) => (Object.hasOwn(row, column) ? row[column] : undefined);
const isNone = (value: unknown) => value === null || value === undefined;
const textOf = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

function compareCells(a: unknown, b: unknown, descending: boolean): number {
  if (isNone(a) || isNone(b)) return Number(isNone(a)) - Number(isNone(b));
  return (descending ? -1 : 1) * compareValues(a, b);
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : Number(a > b);
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return compare(textOf(a), textOf(b));
}

function contains(value: unknown, text: string): boolean {
  return !isNone(value) && textOf(value).toLowerCase().includes(text.toLowerCase());
}

function holds(filter: RecordFilter, value: unknown): boolean {
  if ('text' in filter) return filter.text === '' || contains(value, filter.text);
  if ('values' in filter) return filter.values.some((one) => isSame(one, value));
  if ('empty' in filter) return (isNone(value) || value === '') === filter.empty;
  return !isNone(value) && isBetween(filter, value);
}

function isSame(one: unknown, value: unknown): boolean {
  if (isNone(one) || isNone(value)) return isNone(one) && isNone(value);
  if (typeof one === 'object' || typeof value === 'object') {
    return typeof one === typeof value && JSON.stringify(one) === JSON.stringify(value);
  }
  return one === value;
}

function isBetween({ from, to }: Range, value: unknown): boolean {
  const kind = typeof value === 'number' ? 'number' : 'string';
  return [from, to].every(
    (bound, i) =>
      bound === undefined ||
      (typeof bound === kind && compareValues(value, bound) * (i === 0 ? 1 : -1) >= 0),
  );
}
