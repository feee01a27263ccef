/** The highest bit of each byte of a word. */
export const HIGH_BITS = 0x80808080 | 0;

/**
 * Whether one of the four bytes is a quote, a backslash or a control character (the zero-byte test
 * of Mycroft, 1987, on the word less each of them).
 */
export function hasSpecial(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const hits =
    ((quote - 0x01010101) & ~quote) |
    ((backslash - 0x01010101) & ~backslash) |
    ((word - 0x20202020) & ~word);
  return (hits & HIGH_BITS) !== 0;
}
