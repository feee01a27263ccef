/** What compresses and checks the bytes of a chunk. Node has it; pages have nothing that flushes. */
export interface ChunkCompression {
  /** Raw deflate blocks, ended by a sync flush in place of a last block (RFC 1951), in their own buffer or not. */
  deflate(bytes: Uint8Array): Uint8Array;
  /** What `deflate` made, back to its bytes. @throws Error where these are not exactly `length` */
  inflate(blocks: Uint8Array, length: number): Uint8Array;
  /** CRC-32 of `bytes`, of bytes with the given CRC before them where one is given. */
  crc32(bytes: Uint8Array, before?: number): number;
}

/** How a job stores its chunks: compressed, or as JSON that other servers can read. */
export const CHUNK_ENCODINGS = ['deflate', 'json'] as const;
export type ChunkEncoding = (typeof CHUNK_ENCODINGS)[number];
