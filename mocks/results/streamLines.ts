import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { StoreUnavailableError } from '../adapters/storeErrors.js';
import type { StreamPiece } from '../http/streamBody.js';
import { ChunkMissingError, ResultDamagedError } from './chunkReader.js';
import type { HeldChunk } from './HeldChunk.js';
import type { StreamPosition } from './StreamPosition.js';

/** What ends a stream with an `error` line of its own code. */
export class StreamEndError extends Error {
  override readonly name = 'StreamEndError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const line = (message: object) => `${JSON.stringify(message)}\n`;

/** The `records` line of a domain's next chunk; the position moves behind it. */
export function recordsLine(
  domain: string,
  chunk: HeldChunk,
  position: StreamPosition,
): StreamPiece[] {
  const at = position.of(domain);
  const batch = at.batches++;
  at.rows += chunk.rowCount;
  const fields = { type: 'records', domain, batch, count: chunk.rowCount };
  const head = JSON.stringify({ ...fields, cursor: position.cursor() }).slice(0, -1);
  return [`${head},"data":`, chunk, '}\n'];
}

/** The last line of a stream that failed. */
export function errorLine(error: unknown): string {
  return line({ type: 'error', ...errorOf(error) });
}

function errorOf(error: unknown): { code: string; message: string; domain?: string } {
  if (error instanceof StreamEndError) return { code: error.code, message: error.message };
  if (error instanceof ChunkMissingError || error instanceof ResultDamagedError) {
    const { message, domain } = error;
    const missing = error instanceof ChunkMissingError;
    const code = missing ? SERVER_ERROR_CODES.chunkExpired : SERVER_ERROR_CODES.resultDamaged;
    return { code, message, domain };
  }
  if (error instanceof StoreUnavailableError) {
    const message =
      'The store of results cannot be reached now. Go on behind the last cursor in a moment.';
    return { code: SERVER_ERROR_CODES.storeUnavailable, message };
  }
  const message = 'The server failed while it sent the result.';
  return { code: SERVER_ERROR_CODES.internalError, message };
}
