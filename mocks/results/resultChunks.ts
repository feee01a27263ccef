import type { HeldBytes } from '../http/HeldBytes.js';
import {
  ChunkMissingError,
  type ChunkReader,
  readChunks,
  ResultDamagedError,
} from './chunkReader.js';
import type { HeldChunk } from './HeldChunk.js';
import type { ResultMeta } from './resultMeta.js';
import { findRowBounds } from './rowBounds.js';

/** A run of rows as the bytes between an array's brackets: `{…},{…}`. */
export interface RowSlice {
  rowCount: number;
  rows: HeldBytes;
}

export type DomainMeta = ResultMeta['domains'][string];

/** Rows of chunk `index` as far as the meta tells; null for another writer's chunks. */
export function knownRowCount({ chunks, total, batch_size: size }: DomainMeta, index: number) {
  if (size === undefined) return null;
  return index < chunks - 1 ? size : total - size * (chunks - 1);
}

/** The part of a chunk from row `from` to before row `to`. */
function sliceJson(json: Uint8Array, rowCount: number, from: number, to: number) {
  if (from === 0 && to >= rowCount) return { rowCount, rows: json.subarray(1, -1) };
  const isToEnd = to >= rowCount;
  const bounds = findRowBounds(json, isToEnd ? from : to);
  const bracket = json.length - 1;
  const start = bounds[from] ?? bracket;
  if (start === bracket) return { rowCount: 0, rows: json.subarray(0, 0) };
  if (isToEnd) return { rowCount: rowCount - from, rows: json.subarray(start, bracket) };
  const last = Math.min(to, bounds.length - 1);
  const behind = bounds[last]!;
  const comma = behind === bracket ? bracket : behind - 1;
  return { rowCount: last - from, rows: json.subarray(start, comma) };
}

/** A slice of a chunk, of which nothing is held before it is sent, nor while its reader rests. */
function sliceChunk(chunk: HeldChunk, domain: string, from: number, to: number): RowSlice {
  const { rowCount: rows } = chunk;
  const rowCount = Math.min(to, rows) - from;
  const cut = (json: Uint8Array) => {
    const slice = sliceJson(json, rows, from, to);
    if (slice.rowCount === rowCount) return slice.rows;
    throw ResultDamagedError.ofRows(domain, slice.rowCount, rowCount);
  };
  return { rowCount, rows: chunk.json(cut) };
}

/**
 * The rows `offset` … `offset + limit − 1` of a domain, a slice a chunk; reads only the chunks that
 * hold them, where the meta tells which these are.
 * @throws ChunkMissingError where one of them is gone; ResultDamagedError where the chunks do not hold
 *   the rows that the meta tells
 */
export async function* readRows(
  chunks: ChunkReader,
  domain: string,
  meta: DomainMeta,
  offset = 0,
  limit = Infinity,
): AsyncGenerator<RowSlice, void, void> {
  const size = meta.batch_size;
  const first = size === undefined ? 0 : Math.min(Math.floor(offset / size), meta.chunks);
  let row = first * (size ?? 0);
  const end = offset + limit;
  const last = size === undefined ? meta.chunks : Math.min(Math.ceil(end / size), meta.chunks);
  const read = (index: number) => chunks.read(domain, index, knownRowCount(meta, index));
  let index = first - 1;
  for await (const chunk of readChunks(first, last, read)) {
    index++;
    if (!chunk) throw new ChunkMissingError(domain, index);
    const { rowCount } = chunk;
    if (row + rowCount > offset) {
      const slice = sliceChunk(chunk, domain, Math.max(0, offset - row), end - row);
      if (slice.rowCount > 0) yield slice;
    }
    row += rowCount;
    if (index === meta.chunks - 1 && row !== meta.total) {
      throw ResultDamagedError.ofRows(domain, row, meta.total);
    }
    if (row >= end) return;
  }
}
