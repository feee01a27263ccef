import type { ChunkStatistics } from './chunkStatistics.js';
import type { ColumnChunk } from './columnChunk.js';
import { formatDateTime } from './dateTime.js';
import type { ColumnKind, ColumnStatistics } from './RecordTable.js';

/** Kinds of values; those of a column are a sum of them. */
export const NUMBERS = 1;
export const TIMES = 2;
export const TEXTS = 4;
export const OTHERS = 8;

/** What is known of a column's dictionary. */
export interface CountedEntries {
  readonly size: number;
  /** A sum of `NUMBERS`, `TEXTS`, `OTHERS`. */
  readonly kinds: number;
}

/** Adds up the statistics of a column's chunks. */
export class ColumnCounter {
  /** The dictionary has entries of rows that are not there. */
  hasStrayEntries = false;
  /** Kinds of the values that are kept outside of the dictionary. */
  #kinds = 0;
  #codes = 0;
  #values = 0;
  #nulls = 0;
  #least = Infinity;
  #most = -Infinity;

  add(
    kind: ColumnChunk['kind'],
    rows: number,
    { nulls, absent, least, most }: ChunkStatistics,
  ): void {
    const values = rows - nulls - absent;
    this.#nulls += nulls;
    this.#values += values;
    if (values === 0) return;
    if (kind === 'code') this.#codes += values;
    else this.#kinds |= { number: NUMBERS, time: TIMES, text: TEXTS }[kind];
    if (least !== null && least < this.#least) this.#least = least;
    if (most !== null && most > this.#most) this.#most = most;
  }

  kindWith(entries: CountedEntries): ColumnKind {
    const kinds = this.#kinds | entries.kinds;
    if (this.#values === 0) return 'empty';
    if (kinds === NUMBERS) return 'number';
    if (kinds === TIMES) return 'time';
    return (kinds | TIMES) === (TEXTS | TIMES) ? 'text' : 'mixed';
  }

  /** Of a column in a table of so many rows. */
  statistics(rows: number, entries: CountedEntries): ColumnStatistics {
    const kind = this.kindWith(entries);
    const shown = (value: number) =>
      kind === 'number' ? value : kind === 'time' ? formatDateTime(value) : null;
    const areAllEntries = this.#codes === this.#values && !this.hasStrayEntries;
    // a number that stands among the entries is not in the range
    const isRange = this.#codes === 0;
    return {
      values: this.#values,
      nulls: this.#nulls,
      absent: rows - this.#values - this.#nulls,
      distinct: areAllEntries ? entries.size : null,
      least: isRange ? shown(this.#least) : null,
      most: isRange ? shown(this.#most) : null,
    };
  }
}
