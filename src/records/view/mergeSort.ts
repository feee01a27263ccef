import type { Steps } from './Steps.js';

/** Comparisons between two stops; a collator takes about a microsecond each. */
const STEP_COMPARISONS = 256;

/**
 * Numbers 0 … count − 1 in the order of a comparison, equal ones as they stand: a bottom-up merge sort
 * that can pause, which `Array.prototype.sort` cannot.
 */
export function* mergeSort(
  count: number,
  compare: (a: number, b: number) => number,
): Steps<Uint32Array> {
  let from = new Uint32Array(count);
  for (let i = 0; i < count; i++) from[i] = i;
  let to = new Uint32Array(count);
  let comparisons = 0;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(count, start + width);
      const end = Math.min(count, start + 2 * width);
      let left = start;
      let right = middle;
      for (let place = start; place < end; place++) {
        const takesLeft =
          left < middle && (right >= end || compare(from[left]!, from[right]!) <= 0);
        to[place] = takesLeft ? from[left++]! : from[right++]!;
        if (++comparisons % STEP_COMPARISONS === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
