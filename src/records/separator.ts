import { byteSource, type ByteSource } from './murmur.js';

/** The bytes between two values. */
export interface Separator {
  length: number;
  bytes: Uint8Array;
  /** Whole words, little-endian. */
  words: Int32Array;
  /** The last four bytes, which the last whole word may overlap; not there in fewer bytes. */
  lastWord: number;
}

export function createSeparator(bytes: Uint8Array): Separator {
  const words = new Int32Array(bytes.length >>> 2);
  const { view } = byteSource(bytes);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(4 * i, true);
  const lastWord = words.length > 0 ? view.getInt32(bytes.length - 4, true) : 0;
  return { length: bytes.length, bytes: bytes.slice(), words, lastWord };
}

/** Whether a separator stands at `p`: compared four bytes at a time, for it is most of a row. */
export function isSeparator({ bytes, view }: ByteSource, separator: Separator, p: number): boolean {
  const { length, words, lastWord } = separator;
  if (p + length > bytes.length) return false;
  if (length < 4) return stands(bytes, separator.bytes, p);
  if (view.getInt32(p + length - 4, true) !== lastWord) return false;
  let at = p;
  for (let i = 0; i < words.length; i++, at += 4) {
    if (view.getInt32(at, true) !== words[i]) return false;
  }
  return true;
}

function stands(bytes: Uint8Array, expected: Uint8Array, p: number): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[p + i] !== expected[i]) return false;
  return true;
}
