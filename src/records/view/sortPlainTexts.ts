import { asciiPlaces, isUpper, PLACE_BITS } from './collation.js';
import type { TextList } from './TextList.js';
import { startOf } from './TextRun.js';
import { type KeyWord, radixSort } from './radixSort.js';
import { type Steps, STEP_ROWS } from './Steps.js';

/** Characters whose places fit one key word. */
const PLACES_A_WORD = Math.floor(32 / PLACE_BITS);
const CASES_A_WORD = 32;
/** Words compared before it is looked at who is still equal: most texts differ in their first 16 characters. */
const WORDS_A_ROUND = 4;

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
  for (let i = 0; i < count; i++) order[i] = i;
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
    for (let i = 0; i < count; i++) {
      keys[i] = fill(texts, order[members[i]!]!, word);
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    }
    words.push({ keys, isDescending: false, isLow: true });
  }
  const identity = new Uint32Array(count);
  for (let i = 0; i < count; i++) identity[i] = i;
  const sorted = yield* radixSort(identity, words);
  const before = new Uint32Array(count);
  for (let i = 0; i < count; i++) before[i] = order[members[i]!]!;
  for (let i = 0; i < count; i++) {
    const place = members[i]!;
    order[place] = before[sorted[i]!]!;
    if (isSame[place] && differs(words, sorted[i - 1]!, sorted[i]!)) isSame[place] = 0;
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
  }
  return true;
}

/** The places of all texts that equal a neighbour, and the number of the group that each is in. */
function* equalOnes(isSame: Uint8Array): Steps<{ members: Uint32Array; groups: Uint32Array }> {
  const count = isSame.length;
  const members = new Uint32Array(count);
  const groups = new Uint32Array(count);
  let found = 0;
  let group = 0;
  for (let i = 0; i < count; i++) {
    if (isSame[i] === 0) group++;
    if (isSame[i] === 1 || isSame[i + 1] === 1) {
      members[found] = i;
      groups[found++] = group;
    }
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
  }
  return { members: members.subarray(0, found), groups: groups.subarray(0, found) };
}

function differs(words: readonly KeyWord[], a: number, b: number): boolean {
  for (const { keys } of words) if (keys[a] !== keys[b]) return true;
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
