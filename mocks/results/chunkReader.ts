import type { ChunkStore } from '../ports.js';
import type { ChunkCompression } from './ChunkCompression.js';
import { ChunkDamagedError, type CompressedChunk, openChunk } from './chunkCodec.js';
import { chunkKey } from './resultMeta.js';
import { findRowBounds } from './rowBounds.js';

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

/** A result whose chunks are not what was stored, or hold more or fewer rows than its meta says. */
export class ResultDamagedError extends Error {
  override readonly name = 'ResultDamagedError';

  constructor(
    readonly domain: string,
    fault: string,
  ) {
    super(`${fault} Run the trace again.`);
  }

  static ofRows(domain: string, rows: number, total: number): ResultDamagedError {
    const fault = `The stored chunks of ${domain} hold ${rows} rows in place of ${total}.`;
    return new ResultDamagedError(domain, fault);
  }
}

/** A chunk of a result and its rows. */
export interface ResultChunk {
  rowCount: number;
  data: Uint8Array | CompressedChunk;
}

/** Reads the chunks of one job's result. */
export interface ChunkReader {
  /**
   * Null where the chunk is not stored. `rowCount` is what the chunk should hold, where that is
   * known: the rows of a plain chunk are then not counted.
   * @throws ResultDamagedError
   */
  read(domain: string, index: number, rowCount?: number | null): Promise<ResultChunk | null>;
}

export function createChunkReader(
  store: Pick<ChunkStore, 'get'>,
  jobId: string,
  compression?: ChunkCompression,
): ChunkReader {
  return {
    async read(domain, index, rowCount = null) {
      const bytes = await store.get(jobId, chunkKey(domain, index));
      if (!bytes) return null;
      const data = open(bytes, domain, index, compression);
      if (data instanceof Uint8Array) return { rowCount: rowCount ?? countRows(data), data };
      if (rowCount !== null && rowCount !== data.rowCount) {
        throw damaged(domain, index, `it holds ${data.rowCount} rows in place of ${rowCount}`);
      }
      return { rowCount: data.rowCount, data };
    },
  };
}

export function countRows(json: Uint8Array): number {
  return Math.max(0, findRowBounds(json).length - 1);
}

/** The rows of a chunk as a JSON array. */
export function jsonOf({ data }: ResultChunk): Uint8Array {
  return data instanceof Uint8Array ? data : data.inflate();
}

function open(bytes: Uint8Array, domain: string, index: number, compression?: ChunkCompression) {
  try {
    return openChunk(bytes, compression);
  } catch (error) {
    if (error instanceof ChunkDamagedError) throw damaged(domain, index, error.message);
    throw error;
  }
}

function damaged(domain: string, index: number, why: string): ResultDamagedError {
  return new ResultDamagedError(domain, `Chunk ${index} of ${domain} is damaged: ${why}.`);
}
