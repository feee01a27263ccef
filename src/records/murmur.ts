const SEED = 0x5bd1e995;

/** Bytes and a view on the same bytes: single bytes are read from one, words from the other. */
export interface ByteSource {
  bytes: Uint8Array;
  view: DataView;
}

export function byteSource(bytes: Uint8Array): ByteSource {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** The hash of nothing yet: MurmurHash3, x86, 32 bit (Appleby, public domain). */
export const EMPTY_HASH = SEED;

/** The hash with four more bytes, a little-endian word. */
export function addWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** The hash of `length` bytes, of which the last `length % 4` are `tail`, little-endian. */
export function endHash(hash: number, tail: number, length: number): number {
  let k = Math.imul(tail, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  let h = hash ^ k ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The hash of `bytes[start … end)`. */
export function hashOf({ bytes, view }: ByteSource, start: number, end: number): number {
  let hash = EMPTY_HASH;
  let p = start;
  for (; p + 4 <= end; p += 4) hash = addWord(hash, view.getInt32(p, true));
  let tail = 0;
  for (let shift = 0; p < end; p++, shift += 8) tail |= bytes[p]! << shift;
  return endHash(hash, tail, end - start);
}
