import { byteSource, type ByteSource } from './murmur.js';

/** The bytes between two values: whole words, little-endian, and the rest. */
export interface Separator {
  length: number;
  words: Int32Array;
  rest: Uint8Array;
}

export function createSeparator(bytes: Uint8Array): Separator {
  const words = new Int32Array(bytes.length >>> 2);
  const { view } = byteSource(bytes);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(4 * i, true);
  return { length: bytes.length, words, rest: bytes.slice(4 * words.length) };
}

/** Whether a separator stands at `p`: compared four bytes at a time, for it is most of a row. */
export function isSeparator(
  { bytes, view }: ByteSource,
  { length, words, rest }: Separator,
  p: number,
): boolean {
  if (p + length > bytes.length) return false;
  let at = p;
  for (let i = 0; i < words.length; i++, at += 4) {
    if (view.getInt32(at, true) !== words[i]) return false;
  }
  for (let i = 0; i < rest.length; i++) if (bytes[at + i] !== rest[i]) return false;
  return true;
}
