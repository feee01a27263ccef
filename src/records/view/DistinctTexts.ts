import { asciiPlaces, compareTexts, isUpper } from './collation.js';
import { type Steps, STEP_ROWS } from './Steps.js';
import { startOf, textAt, type TextRun } from './TextRun.js';

/** Texts placed between two stops, each with some ten comparisons. */
const STEP_TEXTS = 64;

/** Texts in their order, each once: which run one of the equal texts stands in, and where, by rank. */
export interface DistinctTexts {
  runs: readonly TextRun[];
  run: Uint32Array;
  place: Uint32Array;
}

export const NO_TEXTS: DistinctTexts = {
  runs: [],
  run: new Uint32Array(0),
  place: new Uint32Array(0),
};

interface MergedTexts {
  texts: DistinctTexts;
  /** What has become of the ranks of either side. */
  ranksA: Uint32Array;
  ranksB: Uint32Array;
}

/** Merges two sets of texts, whose run numbers both mean `runs`; cheap where one of them is small. */
export function* mergeTexts(
  runs: readonly TextRun[],
  a: DistinctTexts,
  b: DistinctTexts,
): Steps<MergedTexts> {
  if (b.run.length > a.run.length) {
    const { texts, ranksA, ranksB } = yield* mergeTexts(runs, b, a);
    return { texts, ranksA: ranksB, ranksB: ranksA };
  }
  const sizeA = a.run.length;
  const sizeB = b.run.length;
  const ranksA = new Uint32Array(sizeA);
  const ranksB = new Uint32Array(sizeB);
  const compare = (i: number, j: number) =>
    compareAt(runs[a.run[i]!]!, a.place[i]!, runs[b.run[j]!]!, b.place[j]!);
  let size = 0;
  let from = 0;
  for (let j = 0; j <= sizeB; j++) {
    const found = j < sizeB ? find(from, sizeA, j, compare) : { place: sizeA, isEqual: false };
    for (; from < found.place; from++) {
      ranksA[from] = size++;
      if (size % STEP_ROWS === 0) yield;
    }
    if (j < sizeB) ranksB[j] = found.isEqual ? size : size++;
    if (j % STEP_TEXTS === STEP_TEXTS - 1) yield;
  }
  const run = new Uint32Array(size);
  const place = new Uint32Array(size);
  for (const [texts, ranks] of [[b, ranksB] as const, [a, ranksA] as const]) {
    for (let i = 0; i < ranks.length; i++) {
      run[ranks[i]!] = texts.run[i]!;
      place[ranks[i]!] = texts.place[i]!;
      if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    }
  }
  return { texts: { runs, run, place }, ranksA, ranksB };
}

/** The first place of `from … size` that is not before text `j`, in growing leaps from `from` on. */
function find(
  from: number,
  size: number,
  j: number,
  compare: (i: number, j: number) => number,
): { place: number; isEqual: boolean } {
  let low = from;
  let leap = 1;
  while (low + leap <= size && compare(low + leap - 1, j) < 0) {
    low += leap;
    leap *= 2;
  }
  let high = Math.min(size, low + leap - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(middle, j) < 0) low = middle + 1;
    else high = middle;
  }
  return { place: low, isEqual: low < size && compare(low, j) === 0 };
}

/** Compares by the places of ASCII characters; where others occur, or tokens, the collator decides. */
function compareAt(a: TextRun, i: number, b: TextRun, j: number): number {
  const byCollator = () => compareTexts(textAt(a, i), textAt(b, j));
  if (a.isToken?.[i] || b.isToken?.[j]) return byCollator();
  const startA = startOf(a, i);
  const startB = startOf(b, j);
  const lengthA = a.ends[i]! - startA;
  const lengthB = b.ends[j]! - startB;
  const longer = Math.max(lengthA, lengthB);
  let byPlace = 0;
  let byCase = 0;
  for (let at = 0; at < longer; at++) {
    const byteA = at < lengthA ? a.bytes[startA + at]! : 0;
    const byteB = at < lengthB ? b.bytes[startB + at]! : 0;
    const placeA = asciiPlaces[byteA]!;
    const placeB = asciiPlaces[byteB]!;
    if ((placeA === 0 && at < lengthA) || (placeB === 0 && at < lengthB)) return byCollator();
    if (byPlace === 0) byPlace = placeA - placeB;
    if (byPlace === 0 && byCase === 0 && byteA !== byteB) byCase = isUpper(byteA) ? 1 : -1;
  }
  return byPlace || byCase;
}
