import type { ChunkStore } from '../ports.js';
import { chunkKey, type ResultMeta } from './resultMeta.js';
import { findRowBounds } from './rowBounds.js';

/** A run of rows as the bytes between an array's brackets: `{…},{…}`. */
export interface RowSlice {
  rowCount: number;
  rows: Uint8Array;
}

/** A chunk that the result should have and the store has no more. */
export class ChunkMissingError extends Error {
  override readonly name = 'ChunkMissingError';

  constructor(
    readonly domain: string,
    readonly index: number,
  ) {
    super(
      `Chunk ${index} of ${domain} is no longer stored: the result has expired or was removed. Run the trace again.`,
    );
  }
}

/** A result whose chunks hold more or fewer rows than its meta says. */
export class ResultDamagedError extends Error {
  override readonly name = 'ResultDamagedError';

  constructor(
    readonly domain: string,
    rows: number,
    total: number,
  ) {
    super(
      `The stored chunks of ${domain} hold ${rows} rows in place of ${total}. Run the trace again.`,
    );
  }
}

type DomainMeta = ResultMeta['domains'][string];

/** Rows of chunk `index` as far as the meta tells; null for another writer's chunks. */
function knownRowCount({ chunks, total, batch_size: size }: DomainMeta, index: number) {
  if (size === undefined) return null;
  return index < chunks - 1 ? size : total - size * (chunks - 1);
}

/** The part of a chunk from row `from` to before row `to`. */
function sliceChunk(
  bytes: Uint8Array,
  rowCount: number | null,
  from: number,
  to: number,
): RowSlice {
  if (rowCount !== null && from === 0 && to >= rowCount) {
    return { rowCount, rows: bytes.subarray(bytes.indexOf(0x5b) + 1, bytes.lastIndexOf(0x5d)) };
  }
  const bounds = findRowBounds(bytes);
  const rows = bounds.length - 1;
  const last = Math.min(to, rows);
  if (from >= last) return { rowCount: 0, rows: bytes.subarray(0, 0) };
  const end = bounds[last]! - (last < rows ? 1 : 0);
  return { rowCount: last - from, rows: bytes.subarray(bounds[from]!, end) };
}

/**
 * The rows `offset` … `offset + limit − 1` of a domain, a slice a chunk; reads only the chunks that
 * hold them, where the meta tells which these are.
 * @throws ChunkMissingError where one of them is gone; ResultDamagedError where the chunks do not hold
 *   the rows that the meta tells
 */
export async function* readRows(
  store: Pick<ChunkStore, 'get'>,
  jobId: string,
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
    const bytes = await store.get(jobId, chunkKey(domain, index));
    if (!bytes) throw new ChunkMissingError(domain, index);
    const rowCount = knownRowCount(meta, index) ?? Math.max(0, findRowBounds(bytes).length - 1);
    const slice = sliceChunk(bytes, rowCount, Math.max(0, offset - row), end - row);
    row += rowCount;
    if (slice.rowCount > 0) yield slice;
    if (index === meta.chunks - 1 && row !== meta.total) {
      throw new ResultDamagedError(domain, row, meta.total);
    }
  }
}
