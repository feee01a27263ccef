import { inSteps, type Steps } from './Steps.js';

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
export function* radixSort(
  order: Uint32Array<ArrayBuffer>,
  words: readonly KeyWord[],
): Steps<Uint32Array<ArrayBuffer>> {
  const count = order.length;
  let rows = order;
  let others = new Uint32Array(count);
  for (const word of words.toReversed()) {
    const range = yield* rangeOf(rows, word);
    if (range.most === 0) continue;
    const sorted = yield* sortByWord(rows, others, word, range);
    others = sorted === rows ? others : rows;
    rows = sorted;
  }
  return rows;
}

/** Sorts the rows by one word of their keys; returns where they are now. */
function* sortByWord(
  rows: Uint32Array<ArrayBuffer>,
  others: Uint32Array<ArrayBuffer>,
  word: KeyWord,
  range: KeyRange,
): Steps<Uint32Array<ArrayBuffer>> {
  const { length } = rows;
  const digits = new Uint32Array(length);
  yield* inSteps(length, (start, end) => fillDigits(rows, digits, word, range, start, end));
  const bits = 32 - Math.clz32(range.most);
  const passes = Math.ceil(bits / MOST_BITS);
  const bitsAPass = Math.ceil(bits / passes);
  let from: Digits = { rows, digits };
  // behind the last pass nobody reads the digits
  let to: Digits = { rows: others, digits: passes > 1 ? new Uint32Array(length) : digits };
  for (let done = 1; done <= passes; done++) {
    const shift = (done - 1) * bitsAPass;
    const isMoved = yield* pass(from, to, shift, bitsAPass, done === passes);
    if (isMoved) [from, to] = [to, from];
  }
  return from.rows;
}

interface Digits {
  rows: Uint32Array<ArrayBuffer>;
  digits: Uint32Array<ArrayBuffer>;
}

interface KeyRange {
  least: number;
  greatest: number;
  /** The largest digit that comes of it. */
  most: number;
}

function* rangeOf(rows: Uint32Array, word: KeyWord): Steps<KeyRange> {
  const range = { least: NO_KEY, greatest: 0, hasNone: false };
  yield* inSteps(rows.length, (from, to) => widen(range, rows, word, from, to));
  const { least, greatest, hasNone } = range;
  return { least, greatest, most: Math.max(0, greatest - least) + Number(hasNone) };
}

function widen(
  range: { least: number; greatest: number; hasNone: boolean },
  rows: Uint32Array,
  { keys, isLow }: KeyWord,
  start: number,
  end: number,
): void {
  let { least, greatest, hasNone } = range;
  for (let i = start; i < end; i++) {
    const key = keys[rows[i]!]!;
    if (key === NO_KEY && !isLow) hasNone = true;
    else {
      if (key < least) least = key;
      if (key > greatest) greatest = key;
    }
  }
  range.least = least;
  range.greatest = greatest;
  range.hasNone = hasNone;
}

/** In int32, for V8 computes with larger numbers as doubles; an array of uint32 takes them as they are. */
function fillDigits(
  rows: Uint32Array,
  digits: Uint32Array,
  { keys, isDescending, isLow }: KeyWord,
  { least, greatest, most }: KeyRange,
  start: number,
  end: number,
): void {
  const from = (isDescending ? greatest : least) | 0;
  const none = NO_KEY | 0;
  for (let i = start; i < end; i++) {
    const key = keys[rows[i]!]! | 0;
    if (key === none && !isLow) digits[i] = most;
    else digits[i] = isDescending ? from - key : key - from;
  }
}

/** Turns how many rows each digit has into where its first one goes. */
function startPlaces(places: Uint32Array): void {
  let place = 0;
  for (let digit = 0; digit < places.length; digit++) {
    const rows = places[digit]!;
    places[digit] = place;
    place += rows;
  }
}

/** Distributes the rows by one digit; returns whether they were moved, for a digit may be the same everywhere. */
function* pass(
  from: Digits,
  to: Digits,
  shift: number,
  bits: number,
  isLast: boolean,
): Steps<boolean> {
  const count = from.rows.length;
  const places = new Uint32Array(1 << bits);
  const mask = places.length - 1;
  const { digits } = from;
  yield* inSteps(count, (start, end) => countDigits(digits, places, shift, start, end));
  if (places[(digits[0]! >>> shift) & mask] === count) return false;
  startPlaces(places);
  const move = isLast ? moveRows : moveBoth;
  yield* inSteps(count, (start, end) => move(from, to, places, shift, start, end));
  return true;
}

function countDigits(
  digits: Uint32Array,
  places: Uint32Array,
  shift: number,
  start: number,
  end: number,
): void {
  const mask = places.length - 1;
  for (let i = start; i < end; i++) places[(digits[i]! >>> shift) & mask]!++;
}

function moveBoth(
  { rows, digits }: Digits,
  { rows: toRows, digits: toDigits }: Digits,
  places: Uint32Array,
  shift: number,
  start: number,
  end: number,
): void {
  const mask = places.length - 1;
  for (let i = start; i < end; i++) {
    const digit = digits[i]! | 0;
    const place = places[(digit >>> shift) & mask]!++;
    toRows[place] = rows[i]!;
    toDigits[place] = digit;
  }
}

function moveRows(
  { rows, digits }: Digits,
  { rows: toRows }: Digits,
  places: Uint32Array,
  shift: number,
  start: number,
  end: number,
): void {
  const mask = places.length - 1;
  for (let i = start; i < end; i++) {
    toRows[places[(digits[i]! >>> shift) & mask]!++] = rows[i]!;
  }
}
