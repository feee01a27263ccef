import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ChunkCompression } from './ChunkCompression.js';

/** On trace rows level 2 takes as long as level 1 and leaves a tenth less; level 3 takes half as long again. */
const LEVEL = 2;
const SYNC_FLUSH = { finishFlush: constants.Z_SYNC_FLUSH };
/** zlib takes no smaller buffer. */
const LEAST_BUFFER = 64;

/** zlib, as Node brings it. */
export const nodeCompression: ChunkCompression = {
  deflate: (bytes) => deflateRawSync(bytes, { ...SYNC_FLUSH, level: LEVEL }),
  inflate(blocks, length) {
    // one byte more than is needed, or zlib makes a second buffer to see whether more comes
    const chunkSize = Math.max(LEAST_BUFFER, length + 1);
    const maxOutputLength = Math.max(1, length);
    const bytes = inflateRawSync(blocks, { ...SYNC_FLUSH, chunkSize, maxOutputLength });
    if (bytes.length === length) return bytes;
    throw new Error(`The deflate blocks hold ${bytes.length} bytes in place of ${length}.`);
  },
  // of no bytes Node's crc32 is 0, whatever came before them
  crc32: (bytes, before = 0) => (bytes.length > 0 ? crc32(bytes, before) : before),
};
