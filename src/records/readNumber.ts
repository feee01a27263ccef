const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
/** Up to so many digits a number is exact as an integer, and its quotient by a power of ten is rounded once. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
const ascii = new TextDecoder();
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The last number that `readNumber` read: a second result, without an object for each. */
export const lastNumber = { value: 0 };

/**
 * Reads the JSON number at `bytes[start]` as JSON.parse does, into `lastNumber`, and returns the
 * place behind it; −1 where none stands there. Short decimals are read exactly (Clinger 1990, the
 * fast path: both the digits and the power of ten are exact), all others by the engine.
 */
export function readNumber(bytes: Uint8Array, start: number): number {
  const negative = bytes[start] === MINUS;
  let p = negative ? start + 1 : start;
  const first = p;
  let mantissa = 0;
  let digit = bytes[p]! - ZERO;
  while (digit >= 0 && digit <= 9) {
    mantissa = 10 * mantissa + digit;
    digit = bytes[++p]! - ZERO;
  }
  let digits = p - first;
  if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return -1;
  let decimals = 0;
  if (bytes[p] === POINT) {
    const point = p;
    digit = bytes[++p]! - ZERO;
    while (digit >= 0 && digit <= 9) {
      mantissa = 10 * mantissa + digit;
      digit = bytes[++p]! - ZERO;
    }
    decimals = p - point - 1;
    if (decimals === 0) return -1;
    digits += decimals;
  }
  const letter = bytes[p]! | 0x20;
  if (digits > EXACT_DIGITS || letter === 0x65) return readAnyNumber(bytes, start, p);
  const size = decimals === 0 ? mantissa : mantissa / POWERS_OF_TEN[decimals]!;
  lastNumber.value = negative ? -size : size;
  return p;
}

function readAnyNumber(bytes: Uint8Array, start: number, from: number): number {
  let end = from;
  while (end < bytes.length && isOfNumber(bytes[end]!)) end++;
  const text = ascii.decode(bytes.subarray(start, end));
  if (!JSON_NUMBER.test(text)) return -1;
  lastNumber.value = Number(text);
  return end;
}

/** A digit, `-`, `+`, `.`, `e` or `E`. */
function isOfNumber(byte: number): boolean {
  if (byte >= ZERO && byte <= ZERO + 9) return true;
  return byte === MINUS || byte === 0x2b || byte === POINT || (byte | 0x20) === 0x65;
}
