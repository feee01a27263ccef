import type { ChunkStatistics } from './chunkStatistics.js';
import type { ColumnChunk } from './columnChunk.js';
import type { DictionaryIncrement } from './Dictionary.js';

/** One column of a decoded batch. */
export interface DecodedColumn {
  name: string;
  /** Null where no row of the batch has the column. */
  chunk: ColumnChunk | null;
  /** Dictionary entries that the table does not know yet. */
  increment: DictionaryIncrement | null;
  /** Those of the chunk, counted where it was made; whoever takes the chunk counts where they are missing. */
  statistics?: ChunkStatistics;
}

/** The rows of one batch as columns: those of the table so far, new ones behind them. */
export interface DecodedBatch {
  rowCount: number;
  columns: DecodedColumn[];
  /** Bare NaN, Infinity and -Infinity, which were taken as null. */
  nonFiniteNumbers: number;
}

/** A batch of which the dictionary entries alone are taken. */
export function withoutRows(batch: DecodedBatch): DecodedBatch {
  return { ...batch, rowCount: 0 };
}

/** Rows by domain. */
export function countRows(
  batches: ReadonlyMap<string, readonly DecodedBatch[]>,
): Map<string, number> {
  const sum = (list: readonly DecodedBatch[]) =>
    list.reduce((rows, { rowCount }) => rows + rowCount, 0);
  return new Map([...batches].map(([domain, list]) => [domain, sum(list)]));
}
