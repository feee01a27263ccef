import { compareTexts } from './collation.js';
import { type DistinctTexts, mergeTexts } from './DistinctTexts.js';
import { mergeSort } from './mergeSort.js';
import { type SortedTexts, sortPlainTexts } from './sortPlainTexts.js';
import { type Steps, STEP_ROWS } from './Steps.js';
import { sortOut, type TextList } from './TextList.js';
import { textAt, type TextRun } from './TextRun.js';

/** Texts decoded between two stops. */
const STEP_TEXTS = 512;

/** The rank of what is no text: a number, or a cell without a value. */
export const NO_RANK = 0xffff_ffff;

export interface RankedTexts {
  texts: DistinctTexts;
  /** Ranks by text, the new runs one behind the other. */
  ranks: Uint32Array;
  /** What has become of the ranks before; null where they are as they were. */
  moved: Uint32Array | null;
}

/** Ranks the texts of new runs among those that are ranked already; equal texts have one rank. */
export function* rankTexts(old: DistinctTexts, fresh: readonly TextRun[]): Steps<RankedTexts> {
  const runs = [...old.runs, ...fresh];
  const { plain, odd } = yield* sortOut(runs, old.runs.length);
  const plainTexts = yield* distinct(plain, yield* sortPlainTexts(plain));
  const oddTexts = yield* distinct(odd, yield* sortOddTexts(odd));
  const both = yield* mergeTexts(runs, plainTexts.texts, oddTexts.texts);
  const all = yield* mergeTexts(runs, old, both.texts);
  const ranks = new Uint32Array(plain.run.length).fill(NO_RANK);
  yield* spread(plain, plainTexts.ranks, both.ranksA, all.ranksB, ranks);
  yield* spread(odd, oddTexts.ranks, both.ranksB, all.ranksB, ranks);
  const isAsBefore = all.texts.run.length === old.run.length;
  return { texts: all.texts, ranks, moved: isAsBefore ? null : all.ranksA };
}

function* sortOddTexts({ runs, run, place, count }: TextList): Steps<SortedTexts> {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    texts.push(textAt(runs[run[i]!]!, place[i]!));
    if (i % STEP_TEXTS === STEP_TEXTS - 1) yield;
  }
  const order = yield* mergeSort(count, (a, b) => compareTexts(texts[a]!, texts[b]!));
  const isSame = new Uint8Array(count);
  for (let i = 1; i < count; i++) {
    isSame[i] = Number(compareTexts(texts[order[i - 1]!]!, texts[order[i]!]!) === 0);
    if (i % STEP_TEXTS === STEP_TEXTS - 1) yield;
  }
  return { order, isSame };
}

/** Each of the equal texts once, and the rank of every text of the list. */
function* distinct(
  { runs, run, place, count }: TextList,
  { order, isSame }: SortedTexts,
): Steps<{ texts: DistinctTexts; ranks: Uint32Array }> {
  const ranks = new Uint32Array(count);
  const runByRank = new Uint32Array(count);
  const placeByRank = new Uint32Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const text = order[i]!;
    if (isSame[i] === 0) {
      runByRank[size] = run[text]!;
      placeByRank[size++] = place[text]!;
    }
    ranks[text] = size - 1;
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
  }
  const texts = { runs, run: runByRank.subarray(0, size), place: placeByRank.subarray(0, size) };
  return { texts, ranks };
}

/** Carries the ranks of a list through two merges to where its texts stand among all. */
function* spread(
  { number, count }: TextList,
  ranks: Uint32Array,
  first: Uint32Array,
  second: Uint32Array,
  to: Uint32Array,
): Steps {
  for (let i = 0; i < count; i++) {
    to[number[i]!] = second[first[ranks[i]!]!]!;
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
  }
}
