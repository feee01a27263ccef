const NEWLINE = 10;
const NEWLINES = 0x0a0a0a0a;
const LOW_BITS = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const WORD_BYTES = 4;

/**
 * As `bytes.indexOf(10, start)`, four bytes at a time, for engines look at one at a time (the
 * zero-byte test of Mycroft, 1987).
 */
export function indexOfNewline(bytes: Uint8Array, start: number): number {
  const { byteLength } = bytes;
  const misaligned = (bytes.byteOffset + start) % WORD_BYTES;
  let p = start;
  const aligned = Math.min(byteLength, misaligned === 0 ? start : start + WORD_BYTES - misaligned);
  for (; p < aligned; p++) if (bytes[p] === NEWLINE) return p;
  if (p === byteLength) return -1;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + p, (byteLength - p) >>> 2);
  let word = 0;
  for (; word < words.length; word++) {
    const rest = words[word]! ^ NEWLINES;
    if (((rest - LOW_BITS) & ~rest & HIGH_BITS) !== 0) break;
  }
  for (p += WORD_BYTES * word; p < byteLength; p++) if (bytes[p] === NEWLINE) return p;
  return -1;
}
