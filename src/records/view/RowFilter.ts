import type { ColumnTable } from '../ColumnTable.js';
import type { CellMatcher } from './CellMatcher.js';
import { ColumnFilter } from './ColumnFilter.js';
import { containsMatcher } from './containsMatcher.js';
import { createMatcher } from './createMatcher.js';
import { isEffective, type RecordFilter } from './RecordQuery.js';
import { type Steps, STEP_ROWS } from './Steps.js';

interface Condition {
  column: string;
  filter: ColumnFilter;
}

/** Finds the rows for which all filters hold and that contain the searched text in any column. */
export class RowFilter {
  readonly #conditions: readonly Condition[];
  readonly #search: CellMatcher | null;
  readonly #searched = new Map<string, ColumnFilter>();
  readonly #mask = new Uint8Array(STEP_ROWS);
  readonly #any = new Uint8Array(STEP_ROWS);
  readonly #hits = new Uint8Array(STEP_ROWS);

  /** @throws TypeError for a filter that asks nothing */
  constructor(filters: readonly RecordFilter[], search: string) {
    this.#conditions = filters.filter(isEffective).map((filter) => ({
      column: filter.column,
      filter: new ColumnFilter(createMatcher(filter)),
    }));
    this.#search = search === '' ? null : containsMatcher(search);
  }

  get isEmpty(): boolean {
    return this.#conditions.length === 0 && !this.#search;
  }

  /** The rows of the batches from `from` to `to` that pass, in their order; `endRow` is behind the last. */
  *select(
    table: ColumnTable,
    from: number,
    to: number,
    endRow: number,
  ): Steps<Uint32Array<ArrayBuffer>> {
    const searched = this.#search ? this.#searchedColumns(table) : [];
    for (const { column, filter } of [...this.#conditions, ...searched]) {
      const known = table.column(column);
      if (known) yield* filter.askEntries(known);
    }
    const rows = new Uint32Array(endRow - (table.starts[from] ?? endRow));
    let count = 0;
    for (let batch = from; batch < to; batch++) {
      const start = table.starts[batch]!;
      const end = batch + 1 < to ? table.starts[batch + 1]! : endRow;
      for (let first = start; first < end; first += STEP_ROWS) {
        const last = Math.min(end, first + STEP_ROWS);
        if (yield* this.#test(table, searched, batch, first - start, last - start)) {
          count = collect(this.#mask, first, last, rows, count);
        }
        yield;
      }
    }
    return rows.subarray(0, count);
  }

  #searchedColumns(table: ColumnTable): Condition[] {
    return table.columns.map(({ name: column }) => {
      const filter = this.#searched.get(column) ?? new ColumnFilter(this.#search!);
      this.#searched.set(column, filter);
      return { column, filter };
    });
  }

  /** Leaves in the mask which rows pass; returns false where none does. */
  *#test(
    table: ColumnTable,
    searched: readonly Condition[],
    batch: number,
    from: number,
    to: number,
  ): Steps<boolean> {
    const mask = this.#mask;
    const hits = this.#hits;
    const count = to - from;
    mask.fill(1, 0, count);
    for (const { column, filter } of this.#conditions) {
      const chunk = table.column(column)?.chunks[batch] ?? null;
      if (!(yield* filter.ask(chunk, from, to, hits))) return false;
      and(mask, hits, count);
    }
    if (!this.#search) return true;
    const any = this.#any.fill(0, 0, count);
    for (const { column, filter } of searched) {
      const chunk = table.column(column)!.chunks[batch] ?? null;
      if (!(yield* filter.ask(chunk, from, to, hits))) continue;
      or(any, hits, count);
    }
    and(mask, any, count);
    return true;
  }
}

function and(mask: Uint8Array, other: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) mask[i]! &= other[i]!;
}

function or(mask: Uint8Array, other: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) mask[i]! |= other[i]!;
}

/** Adds the rows that the mask lets pass; returns how many there are. */
function collect(
  mask: Uint8Array,
  first: number,
  last: number,
  rows: Uint32Array,
  count: number,
): number {
  let next = count;
  for (let row = first; row < last; row++) {
    rows[next] = row;
    next += mask[row - first]!;
  }
  return next;
}
