import type { TraceRow } from '../protocol/index.js';
import type { RecordColumn, RecordTable } from './RecordTable.js';

/** A table to which batches are appended. */
export interface AppendableTable extends RecordTable {
  /** Takes a batch as it is, in time that depends on the batch alone; the array is kept, not copied. */
  append(rows: readonly TraceRow[]): void;
}

/** A table that keeps the row objects of its batches. */
export function createRowTable(): AppendableTable {
  return new RowTable();
}

class RowTable implements AppendableTable {
  readonly #batches: (readonly TraceRow[])[] = [];
  /** First row of each batch. */
  readonly #starts: number[] = [];
  readonly #names = new Set<string>();
  readonly #columns: RecordColumn[] = [];
  #rowCount = 0;
  /** The batch that was read last: neighbours are read together. */
  #last = 0;

  get rowCount(): number {
    return this.#rowCount;
  }

  get columns(): readonly RecordColumn[] {
    return this.#columns;
  }

  append(rows: readonly TraceRow[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      for (const name in row) if (!this.#names.has(name)) this.#addColumn(name);
    }
    this.#batches.push(rows);
    this.#starts.push(this.#rowCount);
    this.#rowCount += rows.length;
  }

  value(row: number, column: string): unknown {
    const record = this.row(row);
    // a column named __proto__ must not read the prototype of rows that lack it
    return Object.hasOwn(record, column) ? record[column] : undefined;
  }

  row(row: number): TraceRow {
    if (!Number.isInteger(row) || row < 0 || row >= this.#rowCount) {
      throw new RangeError(`There is no row ${row}: the table has ${this.#rowCount} rows.`);
    }
    const batch = this.#batchOf(row);
    return this.#batches[batch]![row - this.#starts[batch]!]!;
  }

  #addColumn(name: string): void {
    this.#names.add(name);
    this.#columns.push({ name });
  }

  /** The batch that holds a row, by binary search. */
  #batchOf(row: number): number {
    const starts = this.#starts;
    const last = this.#last;
    if (starts[last]! <= row && row < (starts[last + 1] ?? this.#rowCount)) return last;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return low;
  }
}
