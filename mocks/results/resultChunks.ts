import { ChunkMissingError, type ChunkReader, jsonOf, ResultDamagedError } from './chunkReader.js';
import type { ResultMeta } from './resultMeta.js';
import { findRowBounds } from './rowBounds.js';

/** A run of rows as the bytes between an array's brackets: `{…},{…}`. */
export interface RowSlice {
  rowCount: number;
  rows: Uint8Array;
}

export type DomainMeta = ResultMeta['domains'][string];

/** Rows of chunk `index` as far as the meta tells; null for another writer's chunks. */
export function knownRowCount({ chunks, total, batch_size: size }: DomainMeta, index: number) {
  if (size === undefined) return null;
  return index < chunks - 1 ? size : total - size * (chunks - 1);
}

/** The part of a chunk from row `from` to before row `to`. */
function sliceChunk(json: Uint8Array, rowCount: number, from: number, to: number): RowSlice {
  if (from === 0 && to >= rowCount) return { rowCount, rows: json.subarray(1, -1) };
  const bounds = findRowBounds(json);
  const rows = bounds.length - 1;
  const last = Math.min(to, rows);
  if (from >= last) return { rowCount: 0, rows: json.subarray(0, 0) };
  const end = bounds[last]! - (last < rows ? 1 : 0);
  return { rowCount: last - from, rows: json.subarray(bounds[from]!, end) };
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
  for (let index = first; index < meta.chunks && row < end; index++) {
    const chunk = await chunks.read(domain, index, knownRowCount(meta, index));
    if (!chunk) throw new ChunkMissingError(domain, index);
    const { rowCount } = chunk;
    if (row + rowCount > offset) {
      const slice = sliceChunk(jsonOf(chunk), rowCount, Math.max(0, offset - row), end - row);
      if (slice.rowCount > 0) yield slice;
    }
    row += rowCount;
    if (index === meta.chunks - 1 && row !== meta.total) {
      throw ResultDamagedError.ofRows(domain, row, meta.total);
    }
  }
}
