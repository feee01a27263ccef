import { type Steps, STEP_ROWS } from './Steps.js';

/** The key of a row that has no value: behind all others, whatever the direction. */
export const NO_KEY = 0xffff_ffff;
/** Buckets of a pass stay within the processor's nearest cache. */
const MOST_BITS = 11;

/** One word of the sort keys, by row. */
export interface KeyWord {
  keys: Uint32Array;
  isDescending: boolean;
  /** Follows a higher word of the same key, which says whether there is a value. */
  isLow: boolean;
}

/**
 * Sorts rows by their key words, the first one outermost; equal rows stay in their order. Takes
 * `order` for itself and returns the sorted rows. Least significant digit first (Knuth, The Art of
 * Computer Programming 3, 5.2.5), from the smallest key up and no further than to the largest.
 */
export function* radixSort(order: Uint32Array, words: readonly KeyWord[]): Steps<Uint32Array> {
  const count = order.length;
  let from: Digits = { rows: order, digits: new Uint32Array(count) };
  let to: Digits = { rows: new Uint32Array(count), digits: new Uint32Array(count) };
  for (const word of words.toReversed()) {
    const range = yield* rangeOf(from.rows, word);
    const bits = 32 - Math.clz32(range.most);
    const passes = Math.ceil(bits / MOST_BITS);
    if (passes === 0) continue;
    for (let i = 0; i < count; i += STEP_ROWS, yield) {
      fillDigits(from, word, range, i, Math.min(count, i + STEP_ROWS));
    }
    const bitsAPass = Math.ceil(bits / passes);
    for (let shift = 0; shift < bits; shift += bitsAPass) {
      const isMoved = yield* pass(from, to, shift, bitsAPass);
      if (isMoved) [from, to] = [to, from];
    }
  }
  return from.rows;
}

interface Digits {
  rows: Uint32Array;
  digits: Uint32Array;
}

interface KeyRange {
  least: number;
  greatest: number;
  /** The largest digit that comes of it. */
  most: number;
}

function* rangeOf(rows: Uint32Array, { keys, isLow }: KeyWord): Steps<KeyRange> {
  let least = NO_KEY;
  let greatest = 0;
  let hasNone = false;
  for (let start = 0; start < rows.length; start += STEP_ROWS, yield) {
    const end = Math.min(rows.length, start + STEP_ROWS);
    for (let i = start; i < end; i++) {
      const key = keys[rows[i]!]!;
      if (key === NO_KEY && !isLow) hasNone = true;
      else {
        if (key < least) least = key;
        if (key > greatest) greatest = key;
      }
    }
  }
  const span = Math.max(0, greatest - least);
  return { least, greatest, most: span + Number(hasNone) };
}

function fillDigits(
  { rows, digits }: Digits,
  { keys, isDescending, isLow }: KeyWord,
  { least, greatest, most }: KeyRange,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const key = keys[rows[i]!]!;
    digits[i] = key === NO_KEY && !isLow ? most : isDescending ? greatest - key : key - least;
  }
}

/** Distributes the rows by one digit; returns whether they were moved, for a digit may be the same everywhere. */
function* pass(from: Digits, to: Digits, shift: number, bits: number): Steps<boolean> {
  const count = from.rows.length;
  const places = new Uint32Array(1 << bits);
  const mask = places.length - 1;
  const { digits } = from;
  for (let start = 0; start < count; start += STEP_ROWS, yield) {
    const end = Math.min(count, start + STEP_ROWS);
    for (let i = start; i < end; i++) places[(digits[i]! >>> shift) & mask]!++;
  }
  if (places[(digits[0]! >>> shift) & mask] === count) return false;
  let place = 0;
  for (let digit = 0; digit < places.length; digit++) {
    const rows = places[digit]!;
    places[digit] = place;
    place += rows;
  }
  for (let start = 0; start < count; start += STEP_ROWS, yield) {
    distribute(from, to, places, shift, start, Math.min(count, start + STEP_ROWS));
  }
  return true;
}

function distribute(
  from: Digits,
  to: Digits,
  places: Uint32Array,
  shift: number,
  start: number,
  end: number,
): void {
  const { rows, digits } = from;
  const { rows: toRows, digits: toDigits } = to;
  const mask = places.length - 1;
  for (let i = start; i < end; i++) {
    const digit = digits[i]!;
    const place = places[(digit >>> shift) & mask]!++;
    toRows[place] = rows[i]!;
    toDigits[place] = digit;
  }
}
