const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Where the rows of a JSON array stand in its bytes: `bounds[i]` is the first byte behind the `[`
 * or `,` before row i, `bounds[rows]` the place of the closing `]`. Looks no further than to
 * `bounds[upTo]`. The array is trusted to be JSON.
 */
export function findRowBounds(bytes: Uint8Array, upTo = Infinity): number[] {
  const bounds: number[] = [];
  let depth = 0;
  let filled = false;
  for (let i = 0; i < bytes.length && bounds.length <= upTo; i++) {
    const byte = bytes[i]!;
    if (byte <= 0x20) continue;
    if (depth === 1 && byte !== CLOSE_BRACKET) filled = true;
    if (byte === QUOTE) i = endOfText(bytes, i);
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth === 1) bounds.push(i + 1);
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) {
      if (--depth === 0 && filled) bounds.push(i);
    } else if (byte === COMMA && depth === 1) bounds.push(i + 1);
  }
  return bounds;
}

/** The place of the quote that closes the text that begins at `start`. */
function endOfText(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end > 0) {
    let first = end;
    while (bytes[first - 1] === BACKSLASH) first--;
    if ((end - first) % 2 === 0) return end;
    end = bytes.indexOf(QUOTE, end + 1);
  }
  return bytes.length;
}
