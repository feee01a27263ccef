import { type KeyWord, NO_KEY } from './radixSort.js';
import { type Steps, STEP_ROWS } from './Steps.js';

/** Rows placed between two stops, each with some twenty comparisons. */
const STEP_PLACES = 512;
/** A shorter stretch is copied faster by hand. */
const LEAST_BLOCK = 32;

/**
 * Merges sorted rows into sorted rows that all come earlier in the table, in a new array: equal rows
 * stay in the table's order. Each place is searched from the last one on, in growing leaps (Bentley
 * and Yao, An almost optimal algorithm for unbounded searching), so few rows cost few comparisons.
 */
export function* mergeRows(
  old: Uint32Array,
  fresh: Uint32Array,
  words: readonly KeyWord[],
): Steps<Uint32Array> {
  const merged = new Uint32Array(old.length + fresh.length);
  let from = 0;
  for (let i = 0; i < fresh.length; i++) {
    const row = fresh[i]!;
    const place = placeOf(row, old, from, words);
    yield* copyRows(old, from, place, merged, from + i);
    from = place;
    merged[from + i] = row;
    if (i % STEP_PLACES === STEP_PLACES - 1) yield;
  }
  yield* copyRows(old, from, old.length, merged, from + fresh.length);
  return merged;
}

/** The first place from `from` on whose row comes behind `row`. */
function placeOf(row: number, rows: Uint32Array, from: number, words: readonly KeyWord[]): number {
  let low = from;
  let leap = 1;
  while (low + leap <= rows.length && compareRows(rows[low + leap - 1]!, row, words) <= 0) {
    low += leap;
    leap *= 2;
  }
  let high = Math.min(rows.length, low + leap - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRows(rows[middle]!, row, words) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareRows(a: number, b: number, words: readonly KeyWord[]): number {
  for (const { keys, isDescending, isLow } of words) {
    const keyA = keys[a]!;
    const keyB = keys[b]!;
    if (keyA === keyB) continue;
    if (!isLow && (keyA === NO_KEY || keyB === NO_KEY)) return keyA === NO_KEY ? 1 : -1;
    return keyA < keyB === isDescending ? 1 : -1;
  }
  return 0;
}

function* copyRows(
  from: Uint32Array,
  start: number,
  end: number,
  to: Uint32Array,
  at: number,
): Steps {
  if (end - start < LEAST_BLOCK) {
    for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
    return;
  }
  for (let i = start; i < end; i += STEP_ROWS) {
    to.set(from.subarray(i, Math.min(end, i + STEP_ROWS)), at + i - start);
    if (i > start) yield;
  }
}
