import type { TraceRow } from '../protocol/index.js';

/**
 * What all values of a column are so far, nulls and absent cells aside:
 * `empty` there are none yet;
 * `number` numbers;
 * `time` texts `YYYY-MM-DD HH:MM:SS`, each a day and a time that exist;
 * `text` texts, some of which may look like times;
 * `mixed` anything else: several kinds side by side, booleans, arrays, objects.
 */
export type ColumnKind = 'empty' | 'number' | 'time' | 'text' | 'mixed';

/** What the cells of a column come to so far. `values + nulls + absent` is the table's `rowCount`. */
export interface ColumnStatistics {
  /** Cells that are neither null nor absent. */
  readonly values: number;
  readonly nulls: number;
  /** Cells of rows that lack the column. */
  readonly absent: number;
  /**
   * Distinct values, arrays and objects by their JSON text; null where they are not known, as with
   * numbers, times, and texts that hardly repeat.
   */
  readonly distinct: number | null;
  /** The least number, or the earliest time as its text; null for other kinds, or where it is not known. */
  readonly least: number | string | null;
  /** The largest number, or the latest time as its text; null as `least` is. */
  readonly most: number | string | null;
}

/** A column as the table shows it; it stays the same object while the table grows. */
export interface RecordColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** As of now; a new object each time, made in constant time. */
  readonly statistics: ColumnStatistics;
}

/**
 * The rows of one domain, append only, readable at any moment. Iterating gives the rows that were
 * there when it began, each as a plain object made when its turn comes; `JSON.stringify` writes them all.
 *
 * @example
 * const table = store.tables.get('materials')!;
 * for (const { name, kind, statistics } of table.columns) console.log(name, kind, statistics.nulls);
 * const firstPage = table.toJSON(0, Math.min(100, table.rowCount));
 */
export interface RecordTable extends Iterable<TraceRow> {
  readonly rowCount: number;
  /** The columns in the order in which they were first seen. */
  readonly columns: readonly RecordColumn[];
  /** Bytes of all columns and dictionaries, values that were decoded for reading aside. */
  readonly byteLength: number;
  /**
   * The value of a cell; undefined where the row has no such column.
   * @throws RangeError where `row` is not a whole number in 0 … rowCount − 1
   */
  value(row: number, column: string): unknown;
  /**
   * A row as a plain object.
   * @throws RangeError where `row` is not a whole number in 0 … rowCount − 1
   */
  row(row: number): TraceRow;
  /**
   * The rows from `from` to before `to`, each made when its turn comes.
   * @default all rows that are there now
   * @throws RangeError, at once, unless 0 ≤ `from` ≤ `to` ≤ rowCount, whole numbers
   */
  rows(from?: number, to?: number): IterableIterator<TraceRow>;
  /**
   * The rows from `from` to before `to` as an array. In place of `from`, `JSON.stringify` may give the
   * key under which it met the table: all rows, then.
   * @default all rows that are there now
   * @throws RangeError unless 0 ≤ `from` ≤ `to` ≤ rowCount, whole numbers
   */
  toJSON(from?: number | string, to?: number): TraceRow[];
}
