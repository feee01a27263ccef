/** A column to sort by; several sort one within the other, the first one outermost. */
export interface RecordSort {
  column: string;
  /** Largest first; cells without a value stand last either way. @default false */
  descending?: boolean;
}

/** What the cells of one column must be for a row to stay. */
export type RecordFilter =
  /** Contains the text, upper case or lower; a number and a nested value by their text. '' asks nothing. */
  | { column: string; text: string }
  /** Is one of these; nested values by their JSON, null and undefined for a cell without a value. */
  | { column: string; values: readonly unknown[] }
  /**
   * Lies between the two, both included: numbers between numbers, everything else by its text in the
   * order of the sort, so that `to: '2026-01-31'` ends before the first second of that day.
   */
  | { column: string; from?: number | string; to?: number | string }
  /** Is null, absent or an empty text, or is none of these. */
  | { column: string; empty: boolean };

/** What a view shows of a table, and in which order. */
export interface RecordQuery {
  sort?: readonly RecordSort[];
  /** All of them must hold. */
  filter?: readonly RecordFilter[];
  /** A text that any column must contain, upper case or lower. */
  search?: string;
}

/** Whether a filter can turn a row away. */
export function isEffective(filter: RecordFilter): boolean {
  return !('text' in filter) || filter.text !== '';
}

/** Whether a query leaves every row where it stands. */
export function isEmptyQuery({ sort = [], filter = [], search = '' }: RecordQuery): boolean {
  return sort.length === 0 && !filter.some(isEffective) && search === '';
}

/** The same text for equal queries, another one for any other: JSON has no Infinity. */
export function queryKey(query: RecordQuery): string {
  return JSON.stringify(query, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );
}
