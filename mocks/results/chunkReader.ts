import type { ChunkStore } from '../ports.js';
import type { ChunkCompression } from './ChunkCompression.js';
import { ChunkDamagedError, openChunk } from './chunkCodec.js';
import { HeldChunk, type OpenChunk } from './HeldChunk.js';
import { readAhead } from './readAhead.js';
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

/** Reads the chunks of one job's result. */
export interface ChunkReader {
  /**
   * Null where the chunk is not stored. `rowCount` is what the chunk should hold, where that is
   * known: the rows of a plain chunk are then not counted.
   * @throws ResultDamagedError
   */
  read(domain: string, index: number, rowCount?: number | null): Promise<HeldChunk | null>;
}

export function createChunkReader(
  store: Pick<ChunkStore, 'get'>,
  jobId: string,
  compression?: ChunkCompression,
): ChunkReader {
  return {
    async read(domain, index, rowCount = null) {
      const get = async () => {
        const bytes = await store.get(jobId, chunkKey(domain, index));
        return bytes && open(unpooled(bytes), domain, index, compression);
      };
      const data = await get();
      if (!data) return null;
      const rows = rowsOf(data, rowCount);
      if (rowCount !== null && rowCount !== rows) {
        throw damaged(domain, index, `it holds ${rows} rows in place of ${rowCount}`);
      }
      const readAgain = async () => {
        const again = await get();
        if (again) return again;
        throw new ChunkMissingError(domain, index);
      };
      return new HeldChunk(data, rows, { readAgain, crc32: compression?.crc32 });
    },
  };
}

/** A value of its own: a client of Redis gives pieces of buffers many times as large, which it would hold. */
function unpooled(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}

/** The chunks `from` … `to − 1` of a domain in order, one read ahead of its turn. */
export function readChunks(
  from: number,
  to: number,
  read: (index: number) => Promise<HeldChunk | null>,
): AsyncGenerator<HeldChunk | null, void, void> {
  let sent: HeldChunk | null = null;
  let last: HeldChunk | null = null;
  return readAhead(from, to, async (index) => {
    const chunk = await read(index);
    // whatever still knows a chunk that was sent would hold all that follow
    if (sent) sent.ahead = undefined;
    if (chunk && last) last.ahead = chunk;
    sent = last;
    last = chunk;
    return chunk;
  });
}

/** A plain chunk is taken at its word where that is known. */
function rowsOf(data: OpenChunk, known: number | null): number {
  if (!(data instanceof Uint8Array)) return data.rowCount;
  return known ?? countRows(data);
}

export function countRows(json: Uint8Array): number {
  return Math.max(0, findRowBounds(json).length - 1);
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
