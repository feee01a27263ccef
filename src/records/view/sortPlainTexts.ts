import { asciiPlaces, isUpper, PLACE_BITS } from './collation.js';
import type { TextList } from './TextList.js';
import { startOf } from './TextRun.js';
import { type KeyWord, radixSort } from './radixSort.js';
import { inSteps, type Steps } from './Steps.js';

/** Characters whose places fit one key word. */
const PLACES_A_WORD = Math.floor(32 / PLACE_BITS);
const CASES_A_WORD = 32;
/** Words compared before it is looked at who is still equal: most texts differ in their first 16 characters. */
const WORDS_A_ROUND = 4;
/** Keys between two stops. */
const STEP_KEYS = 4096;

export interface SortedTexts {
  /** The texts' numbers in their order. */
  order: Uint32Array;
  /** By place in `order`, 1 where the text equals the one before. */
  isSame: Uint8Array;
}

type FillWord = (texts: TextList, text: number, word: number) => number;

/**
 * Sorts texts in the order of the collation without asking it: a radix sort by the places of their
 * characters, then by case. Only texts that are still equal take part in the next round.
 */
export function* sortPlainTexts(texts: TextList): Steps<SortedTexts> {
  const { count, mostLength } = texts;
  const order = new Uint32Array(count);
  yield* inSteps(count, (from, to) => countUp(order, from, to));
  const isSame = new Uint8Array(count).fill(1);
  if (count > 0) isSame[0] = 0;
  const rounds = [
    { fill: placesOf, words: Math.ceil(mostLength / PLACES_A_WORD) },
    { fill: casesOf, words: Math.ceil(mostLength / CASES_A_WORD) },
  ];
  for (const { fill, words } of rounds) {
    for (let word = 0; word < words; word += WORDS_A_ROUND) {
      const end = Math.min(words, word + WORDS_A_ROUND);
      if (!(yield* sortEqual(texts, { order, isSame }, fill, word, end))) break;
    }
  }
  return { order, isSame };
}

/** Sorts the runs of equal texts by some more words; returns whether there were any. */
function* sortEqual(
  texts: TextList,
  { order, isSame }: SortedTexts,
  fill: FillWord,
  firstWord: number,
  endWord: number,
): Steps<boolean> {
  const { members, groups } = yield* equalOnes(isSame);
  const count = members.length;
  if (count === 0) return false;
  const words: KeyWord[] = [{ keys: groups, isDescending: false, isLow: true }];
  for (let word = firstWord; word < endWord; word++) {
    const keys = new Uint32Array(count);
    yield* inSteps(
      count,
      (from, to) => {
        for (let i = from; i < to; i++) keys[i] = fill(texts, order[members[i]!]!, word);
      },
      STEP_KEYS,
    );
    words.push({ keys, isDescending: false, isLow: true });
  }
  const identity = new Uint32Array(count);
  const before = new Uint32Array(count);
  yield* inSteps(count, (from, to) => {
    countUp(identity, from, to);
    for (let i = from; i < to; i++) before[i] = order[members[i]!]!;
  });
  const sorted = yield* radixSort(identity, words);
  const place = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const at = members[i]!;
      order[at] = before[sorted[i]!]!;
      if (isSame[at] && differs(words, sorted[i - 1]!, sorted[i]!)) isSame[at] = 0;
    }
  };
  yield* inSteps(count, place, STEP_KEYS);
  return true;
}

function countUp(numbers: Uint32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) numbers[i] = i;
}

/** The places of all texts that equal a neighbour, and the number of the group that each is in. */
function* equalOnes(isSame: Uint8Array): Steps<{ members: Uint32Array; groups: Uint32Array }> {
  const count = isSame.length;
  const members = new Uint32Array(count);
  const groups = new Uint32Array(count);
  let found = 0;
  let group = 0;
  yield* inSteps(count, (from, to) => {
    let next = found;
    let inGroup = group;
    for (let i = from; i < to; i++) {
      if (isSame[i] === 0) inGroup++;
      if (isSame[i] === 1 || isSame[i + 1] === 1) {
        members[next] = i;
        groups[next++] = inGroup;
      }
    }
    found = next;
    group = inGroup;
  });
  return { members: members.subarray(0, found), groups: groups.subarray(0, found) };
}

function differs(words: readonly KeyWord[], a: number, b: number): boolean {
  // neighbours differ in their last words, if at all
  for (let word = words.length - 1; word >= 0; word--) {
    const { keys } = words[word]!;
    if (keys[a] !== keys[b]) return true;
  }
  return false;
}

function placesOf({ runs, run, place }: TextList, text: number, word: number): number {
  const texts = runs[run[text]!]!;
  const { bytes } = texts;
  const end = texts.ends[place[text]!]!;
  let at = startOf(texts, place[text]!) + word * PLACES_A_WORD;
  let key = 0;
  for (let i = 0; i < PLACES_A_WORD; i++, at++) {
    key = (key << PLACE_BITS) | (at < end ? asciiPlaces[bytes[at]!]! : 0);
  }
  return key;
}

function casesOf({ runs, run, place }: TextList, text: number, word: number): number {
  const texts = runs[run[text]!]!;
  const { bytes } = texts;
  const end = texts.ends[place[text]!]!;
  let at = startOf(texts, place[text]!) + word * CASES_A_WORD;
  let key = 0;
  for (let i = 0; i < CASES_A_WORD; i++, at++) {
    key = (key << 1) | (at < end && isUpper(bytes[at]!) ? 1 : 0);
  }
  return key >>> 0;
}
