import type { ChunkCompression, ChunkEncoding } from './ChunkCompression.js';

/** No JSON, and no UTF-8 at all, begins with 0x9d; "VT" and the version of the format follow. */
const SPACE = 0x20;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MAGIC = [0x9d, 0x56, 0x54, 0x01];
const CHECK_AT = 4;
const CHECKED_FROM = 8;
const CRC_AT = 8;
const LENGTH_AT = 12;
const ROWS_AT = 16;
const HEADER_BYTES = 20;

/** A chunk whose bytes are not what was stored. */
export class ChunkDamagedError extends Error {
  override readonly name = 'ChunkDamagedError';
}

/** A chunk as deflate blocks, which join with others into one gzip body. */
export interface CompressedChunk {
  readonly rowCount: number;
  /** CRC-32 of the JSON. */
  readonly crc: number;
  /** Bytes of the JSON. */
  readonly length: number;
  readonly blocks: Uint8Array;
  /** The JSON array. */
  inflate(): Uint8Array;
}

/**
 * A chunk as it is stored under `deflate`: magic number, CRC-32 of all that follows, CRC-32 of the
 * JSON, its length, its rows (each 32 bits, least byte first), and the deflate blocks. The first
 * CRC tells a damaged chunk without inflating it.
 */
export function compressChunk(
  json: Uint8Array,
  rowCount: number,
  { deflate, crc32 }: ChunkCompression,
): Uint8Array<ArrayBuffer> {
  const blocks = deflate(json);
  const chunk = new Uint8Array(HEADER_BYTES + blocks.length);
  const view = new DataView(chunk.buffer);
  chunk.set(MAGIC);
  view.setUint32(CRC_AT, crc32(json), true);
  view.setUint32(LENGTH_AT, json.length, true);
  view.setUint32(ROWS_AT, rowCount, true);
  chunk.set(blocks, HEADER_BYTES);
  view.setUint32(CHECK_AT, crc32(chunk.subarray(CHECKED_FROM)), true);
  return chunk;
}

/** What makes chunks of batches: as JSON where nothing is there that compresses. */
export function createChunkEncoder(encoding: ChunkEncoding, compression?: ChunkCompression) {
  return (json: Uint8Array<ArrayBuffer>, rowCount: number): Uint8Array<ArrayBuffer> =>
    encoding === 'deflate' && compression ? compressChunk(json, rowCount, compression) : json;
}

/**
 * A stored chunk, compressed or plain: a plain one is its JSON array, whoever wrote it.
 * @throws ChunkDamagedError
 */
export function openChunk(
  bytes: Uint8Array,
  compression: ChunkCompression | undefined,
): Uint8Array | CompressedChunk {
  if (bytes[0] !== MAGIC[0]) return jsonArrayOf(bytes);
  if (bytes.length < HEADER_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new ChunkDamagedError('it is neither JSON nor a compressed chunk of this version');
  }
  if (!compression) throw new ChunkDamagedError('it is compressed, and a page cannot inflate it');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(CHECK_AT, true) !== compression.crc32(bytes.subarray(CHECKED_FROM))) {
    throw new ChunkDamagedError('its check sum is wrong');
  }
  const length = view.getUint32(LENGTH_AT, true);
  const blocks = bytes.subarray(HEADER_BYTES);
  return {
    rowCount: view.getUint32(ROWS_AT, true),
    crc: view.getUint32(CRC_AT, true),
    length,
    blocks,
    inflate: () => compression.inflate(blocks, length),
  };
}

/** The array without the white space around it. */
function jsonArrayOf(bytes: Uint8Array): Uint8Array {
  let start = 0;
  let end = bytes.length;
  while (start < end && bytes[start]! <= SPACE) start++;
  while (end > start && bytes[end - 1]! <= SPACE) end--;
  if (bytes[start] !== OPEN_BRACKET || bytes[end - 1] !== CLOSE_BRACKET || end - start < 2) {
    throw new ChunkDamagedError('it is no JSON array');
  }
  return bytes.subarray(start, end);
}
