import { createYielder } from '../../stream/createYielder.js';
import { ColumnTable } from '../ColumnTable.js';
import type { RecordTable } from '../RecordTable.js';
import { mergeRows } from './mergeRows.js';
import { radixSort } from './radixSort.js';
import { isEmptyQuery, queryKey, type RecordQuery, type RecordSort } from './RecordQuery.js';
import { RowFilter } from './RowFilter.js';
import { SortKeys } from './SortKeys.js';
import { inSteps, type Steps } from './Steps.js';

export interface RecordViewOptions {
  /** Called every few hundred microseconds; lets the page breathe where it is time. @default slices of 16 ms */
  breathe?: () => Promise<void>;
}

/** A frame: with shorter slices half of the time goes by in between. */
const SLICE_MS = 16;

/** The rows of a query, as far as the table had come. */
interface Shown {
  key: string;
  filter: RowFilter;
  batches: number;
  /** Rows in the view's order. */
  rows: Uint32Array;
  /** What the rows stand in; there may be room behind them. */
  buffer: Uint32Array;
}

/**
 * Sorted and filtered row numbers of a table that may still grow: rows that were added since the last
 * update are filtered and sorted alone, and merged into what is there.
 *
 * @example
 * const view = new RecordView(table);
 * const rows = await view.update({ sort: [{ column: 'EQUIPMENTNAME' }] });
 * const first = table.value(rows ? rows[0]! : 0, 'EQUIPMENTNAME');
 */
export class RecordView {
  readonly #table: ColumnTable;
  readonly #breathe: () => Promise<void>;
  #keys = new Map<string, SortKeys>();
  #shown: Shown | null = null;
  #controller = new AbortController();

  /** @throws TypeError for a table of another kind than the library's own */
  constructor(table: RecordTable, { breathe = createYielder(SLICE_MS) }: RecordViewOptions = {}) {
    if (!(table instanceof ColumnTable)) {
      throw new TypeError(
        'Only a table of a trace store can be sorted, filtered and searched: give store.tables.get(domain), as it is.',
      );
    }
    this.#table = table;
    this.#breathe = breathe;
  }

  /**
   * Makes the view of all rows that the table has now; null where the query leaves them as they
   * stand. Ends an update that is under way. What it resolves with stays as it is.
   * @throws TypeError for a filter that asks nothing; the signal's reason where it aborts
   */
  async update(query: RecordQuery, signal?: AbortSignal): Promise<Uint32Array | null> {
    this.#controller.abort();
    const controller = (this.#controller = new AbortController());
    signal?.throwIfAborted();
    if (isEmptyQuery(query)) {
      this.#shown = null;
      this.#keys.clear();
      return null;
    }
    const steps = this.#show(query);
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        this.#shown = value;
        return value.rows;
      }
      await this.#breathe();
      signal?.throwIfAborted();
      controller.signal.throwIfAborted();
    }
  }

  *#show(query: RecordQuery): Steps<Shown> {
    const table = this.#table;
    const batches = table.starts.length;
    const endRow = table.rowCount;
    const old = this.#shownOf(query);
    if (old === this.#shown && old.batches === batches) return old;
    const fresh = yield* this.#freshRows(old, batches, endRow);
    const { sort = [] } = query;
    if (sort.length === 0) return append(old, fresh, batches);
    const words = yield* this.#sortWords(sort, batches);
    const sorted = yield* radixSort(fresh, words);
    const rows = old.rows.length === 0 ? sorted : yield* mergeRows(old.rows, sorted, words);
    return { ...old, batches, rows, buffer: rows };
  }

  /** What is shown of the query already, nothing for another one. */
  #shownOf(query: RecordQuery): Shown {
    const key = queryKey(query);
    if (this.#shown?.key === key) return this.#shown;
    const filter = new RowFilter(query.filter ?? [], query.search ?? '');
    const rows = new Uint32Array(0);
    return { key, filter, batches: 0, rows, buffer: rows };
  }

  *#freshRows(
    { filter, batches: from }: Shown,
    batches: number,
    endRow: number,
  ): Steps<Uint32Array<ArrayBuffer>> {
    if (!filter.isEmpty) return yield* filter.select(this.#table, from, batches, endRow);
    const start = this.#table.starts[from] ?? endRow;
    const rows = new Uint32Array(endRow - start);
    yield* inSteps(rows.length, (first, end) => {
      for (let i = first; i < end; i++) rows[i] = start + i;
    });
    return rows;
  }

  /** The key words of all sorted columns; those of columns that are sorted no longer are forgotten. */
  *#sortWords(sort: readonly RecordSort[], batches: number) {
    const keys = new Map(
      sort.map(({ column }) => [
        column,
        this.#keys.get(column) ?? new SortKeys(this.#table, column),
      ]),
    );
    this.#keys = keys;
    for (const column of keys.values()) yield* column.update(batches);
    return sort.flatMap(({ column, descending = false }) => keys.get(column)!.words(descending));
  }
}

/** Adds rows behind those that are shown, in time that depends on them alone. */
function append(old: Shown, fresh: Uint32Array, batches: number): Shown {
  const count = old.rows.length + fresh.length;
  let { buffer } = old;
  if (buffer.length < count) {
    buffer = new Uint32Array(Math.max(count, 2 * old.rows.length));
    buffer.set(old.rows);
  }
  buffer.set(fresh, old.rows.length);
  return { ...old, batches, rows: buffer.subarray(0, count), buffer };
}
