import type { ChunkCompression } from '../results/ChunkCompression.js';
import { HeldChunk, type OpenChunk } from '../results/HeldChunk.js';
import { crc32Combine } from './crc32Combine.js';
import type { HeldPieces } from './HeldBytes.js';
import type { StreamPieces } from './streamBody.js';

/** RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** RFC 1951, 3.2.4. */
const MOST_STORED_BYTES = 0xffff;
const encoder = new TextEncoder();

/** Blocks that hold the bytes as they are, from one byte's beginning to another's. */
function storedBlocks(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(bytes.length + 5 * Math.ceil(bytes.length / MOST_STORED_BYTES));
  const view = new DataView(blocks.buffer);
  let at = 0;
  for (let from = 0; from < bytes.length; from += MOST_STORED_BYTES) {
    const part = bytes.subarray(from, from + MOST_STORED_BYTES);
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length, true);
    blocks.set(part, at + 5);
    at += part.length + 5;
  }
  return blocks;
}

/** The last block, empty, and RFC 1952's CRC-32 and length modulo 2³². */
function trailer(crc: number, length: number): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(3, 0xffff, true);
  view.setUint32(5, crc, true);
  view.setUint32(9, length, true);
  return bytes;
}

const blocksOf = (chunk: OpenChunk) =>
  chunk instanceof Uint8Array ? storedBlocks(chunk) : chunk.blocks;

/**
 * A body as one gzip member: compressed chunks go in as they are stored, what stands between them
 * as stored blocks, and the CRC of the whole is put together from theirs. (Of several members in one
 * body browsers read the first alone.)
 */
export async function* gzipPieces(
  pieces: StreamPieces,
  { crc32 }: Pick<ChunkCompression, 'crc32'>,
): HeldPieces {
  let crc = 0;
  let length = 0;
  yield HEADER;
  for await (const piece of pieces) {
    if (piece instanceof HeldChunk) {
      const seal = await piece.seal(crc32);
      crc = crc32Combine(crc, seal.crc, seal.length);
      length += seal.length;
      yield piece.held(blocksOf);
    } else {
      const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece;
      crc = crc32(bytes, crc);
      length += bytes.length;
      yield storedBlocks(bytes);
    }
  }
  yield trailer(crc, length);
}

/** A body as it is: compressed chunks are inflated, one at a time. */
export async function* plainPieces(pieces: StreamPieces): HeldPieces {
  for await (const piece of pieces) {
    yield piece instanceof HeldChunk ? piece.json() : piece;
  }
}

/** Whether a request takes gzip (RFC 9110, 12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const entry of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
