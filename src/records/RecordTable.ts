import type { TraceRow } from '../protocol/index.js';

/** A column as the table shows it. */
export interface RecordColumn {
  readonly name: string;
}

/** The rows of one domain, append only, readable at any moment. */
export interface RecordTable {
  readonly rowCount: number;
  /** The columns in the order in which they were first seen. */
  readonly columns: readonly RecordColumn[];
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
}
