import type { TraceRow } from '../protocol/index.js';
import { ABSENT, type ColumnChunk, chunkBytes, FIRST_CODE, NULL } from './columnChunk.js';
import { ColumnCounter } from './ColumnCounter.js';
import { type ChunkStatistics, statisticsOf } from './chunkStatistics.js';
import { formatDateTime } from './dateTime.js';
import { DictionaryValues } from './DictionaryValues.js';
import type { DecodedBatch, DecodedColumn } from './DecodedBatch.js';
import type { ColumnKind, ColumnStatistics, RecordColumn, RecordTable } from './RecordTable.js';

// a text may begin with U+FEFF
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** One column of a table: its chunks by batch, and the values of its dictionary. */
export class TableColumn implements RecordColumn {
  readonly name: string;
  readonly values: DictionaryValues;
  /** Null where a batch has not the column. */
  readonly chunks: (ColumnChunk | null)[];
  /** Those of each chunk. */
  readonly #statistics: (ChunkStatistics | null)[];
  readonly #counter = new ColumnCounter();
  #rows: number;
  #byteLength = 0;

  /** A column that so many batches before, of so many rows, had not. */
  constructor(name: string, batches: number, rows: number, values = new DictionaryValues()) {
    this.name = name;
    this.values = values;
    this.chunks = new Array<null>(batches).fill(null);
    this.#statistics = new Array<null>(batches).fill(null);
    this.#rows = rows;
  }

  get byteLength(): number {
    return this.#byteLength + this.values.byteLength;
  }

  get kind(): ColumnKind {
    return this.#counter.kindWith(this.values);
  }

  get statistics(): ColumnStatistics {
    return this.#counter.statistics(this.#rows, this.values);
  }

  append({ chunk, increment, statistics }: Omit<DecodedColumn, 'name'>, rowCount: number): void {
    if (increment) this.values.append(increment);
    if (rowCount === 0) {
      if (increment) this.#counter.hasStrayEntries = true;
      return;
    }
    this.#push(chunk, rowCount, chunk && (statistics ?? statisticsOf(chunk)));
  }

  /** The column without its chunks; values stay those of both. */
  emptied(hasStrayEntries: boolean): TableColumn {
    const column = new TableColumn(this.name, 0, 0, this.values);
    column.#counter.hasStrayEntries = hasStrayEntries || this.#counter.hasStrayEntries;
    return column;
  }

  /** Appends a chunk of another column that has the same values; of none, cells that are absent. */
  share(other: TableColumn | undefined, batch: number, rowCount: number): void {
    const statistics = other ? other.#statistics[batch]! : null;
    this.#push(other?.chunks[batch] ?? null, rowCount, statistics);
  }

  #push(chunk: ColumnChunk | null, rowCount: number, statistics: ChunkStatistics | null): void {
    this.chunks.push(chunk);
    this.#statistics.push(statistics);
    this.#rows += rowCount;
    if (!chunk || !statistics) return;
    this.#byteLength += chunkBytes(chunk);
    this.#counter.add(chunk.kind, rowCount, statistics);
  }

  value(batch: number, row: number): unknown {
    return this.valueIn(this.chunks[batch], row);
  }

  /** The value of a cell of a chunk, of this column or of a batch of its decoder. */
  valueIn(chunk: ColumnChunk | null | undefined, row: number): unknown {
    if (!chunk) return undefined;
    if (chunk.kind === 'code') {
      const code = chunk.codes[row]!;
      if (code >= FIRST_CODE) return this.values.at(code - FIRST_CODE);
      return code === NULL ? null : undefined;
    }
    const flag = chunk.flags ? chunk.flags[row]! : 0;
    if (flag !== 0) return flag === ABSENT ? undefined : null;
    if (chunk.kind === 'number') return chunk.numbers[row];
    if (chunk.kind === 'time') return formatDateTime(chunk.seconds[row]!);
    return decoder.decode(
      chunk.bytes.subarray(row === 0 ? 0 : chunk.ends[row - 1], chunk.ends[row]),
    );
  }
}

/** A table of columns, to which batches are appended as they were decoded. */
export class ColumnTable implements RecordTable {
  readonly #columns: TableColumn[] = [];
  readonly #byName = new Map<string, TableColumn>();
  /** First row of each batch. */
  readonly starts: readonly number[] = [];
  readonly #starts = this.starts as number[];
  /** One for all that came of a table by `withBatches`. */
  readonly #origin: object;
  #rowCount = 0;
  #last = 0;

  constructor(origin: object = {}) {
    this.#origin = origin;
  }

  /** Whether the other one is this table, before or after batches were put between others. */
  isVersionOf(other: RecordTable): boolean {
    return other instanceof ColumnTable && other.#origin === this.#origin;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get columns(): readonly RecordColumn[] {
    return this.#columns;
  }

  get byteLength(): number {
    return this.#columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Takes a batch in time that depends on its columns alone. */
  append({ rowCount, columns }: DecodedBatch): void {
    for (const column of columns) this.#columnOf(column.name).append(column, rowCount);
    if (rowCount === 0) return;
    // a batch that was decoded before a column came knows nothing of it
    for (const column of this.#columns) {
      if (column.chunks.length === this.#starts.length) column.share(undefined, 0, rowCount);
    }
    this.#starts.push(this.#rowCount);
    this.#rowCount += rowCount;
  }

  /**
   * A table in which batches have the place of `removed` others, behind the first `at`; this one stays
   * as it is. Both share their chunks and dictionaries: it takes time by batches, not by rows.
   */
  withBatches(at: number, removed: number, batches: readonly DecodedBatch[]): ColumnTable {
    const table = new ColumnTable(this.#origin);
    for (const column of this.#columns) table.#add(column.emptied(removed > 0));
    for (let batch = 0; batch < at; batch++) table.#share(this, batch);
    for (const batch of batches) table.append(batch);
    for (let batch = at + removed; batch < this.#starts.length; batch++) table.#share(this, batch);
    return table;
  }

  #share(other: ColumnTable, batch: number): void {
    const rows = (other.#starts[batch + 1] ?? other.#rowCount) - other.#starts[batch]!;
    for (const column of this.#columns) column.share(other.column(column.name), batch, rows);
    this.#starts.push(this.#rowCount);
    this.#rowCount += rows;
  }

  /** A column with its chunks, which belong to the batches that begin at `starts`. */
  column(name: string): TableColumn | undefined {
    return this.#byName.get(name);
  }

  value(row: number, column: string): unknown {
    const batch = this.batchOf(row);
    return this.#byName.get(column)?.value(batch, row - this.#starts[batch]!);
  }

  row(row: number): TraceRow {
    const batch = this.batchOf(row);
    const cells: [string, unknown][] = [];
    for (const column of this.#columns) {
      const value = column.value(batch, row - this.#starts[batch]!);
      if (value !== undefined) cells.push([column.name, value]);
    }
    // fromEntries defines properties: a column named __proto__ is just a column
    return Object.fromEntries(cells);
  }

  rows(from = 0, to = this.#rowCount): IterableIterator<TraceRow> {
    const isRange = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to;
    if (!isRange || to > this.#rowCount) {
      throw new RangeError(
        `There are no rows ${from} to ${to}: the table has ${this.#rowCount} rows.`,
      );
    }
    return this.#someRows(from, to);
  }

  [Symbol.iterator](): IterableIterator<TraceRow> {
    return this.rows();
  }

  toJSON(from: number | string = 0, to?: number): TraceRow[] {
    return [...this.rows(typeof from === 'string' ? 0 : from, to)];
  }

  *#someRows(from: number, to: number): IterableIterator<TraceRow> {
    for (let row = from; row < to; row++) yield this.row(row);
  }

  #columnOf(name: string): TableColumn {
    const known = this.#byName.get(name);
    if (known) return known;
    return this.#add(new TableColumn(name, this.#starts.length, this.#rowCount));
  }

  #add(column: TableColumn): TableColumn {
    this.#columns.push(column);
    this.#byName.set(column.name, column);
    return column;
  }

  /** The batch that has a row. @throws RangeError where there is no such row */
  batchOf(row: number): number {
    if (!Number.isInteger(row) || row < 0 || row >= this.#rowCount) {
      throw new RangeError(`There is no row ${row}: the table has ${this.#rowCount} rows.`);
    }
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
