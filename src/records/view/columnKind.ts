import { type ColumnChunk, VALUE } from '../columnChunk.js';
import { isNumberAt, type TextRun } from './TextRun.js';

/** How the sort keys of a column are made. */
export type KeyLayout =
  /** Whole numbers in one word. */
  | 'ints'
  /** Seconds in one word. */
  | 'times'
  /** Doubles in two words. */
  | 'doubles'
  /** Seconds that need two words. */
  | 'longTimes'
  /** The ranks of texts, times among them, in one word. */
  | 'ranks'
  /** Doubles, and the ranks of texts behind them, in two words. */
  | 'mixed';

/** What the cells of a column were seen to be. */
export interface ColumnKind {
  hasInts: boolean;
  hasDoubles: boolean;
  hasTimes: boolean;
  hasLongTimes: boolean;
  hasTexts: boolean;
}

export const NOTHING_SEEN: ColumnKind = {
  hasInts: false,
  hasDoubles: false,
  hasTimes: false,
  hasLongTimes: false,
  hasTexts: false,
};

/** The largest int has no key beside the one for no value. */
const MOST_INT = 2 ** 31 - 1;

/** Adds what a chunk's numbers, times and texts are; its codes are seen by `seeEntries`. */
export function seeChunk(kind: ColumnKind, chunk: ColumnChunk): ColumnKind {
  if (chunk.kind === 'code') return kind;
  if (chunk.kind === 'text') return { ...kind, hasTexts: true };
  if (chunk.kind === 'time') {
    const isLong = chunk.seconds instanceof Float64Array || chunk.seconds.includes(MOST_INT);
    return { ...kind, hasTimes: true, hasLongTimes: kind.hasLongTimes || isLong };
  }
  const { numbers, flags } = chunk;
  if (flags && !flags.includes(VALUE)) return kind;
  const isDouble =
    numbers instanceof Float64Array ||
    (numbers instanceof Int32Array && numbers.includes(MOST_INT));
  return { ...kind, hasInts: true, hasDoubles: kind.hasDoubles || isDouble };
}

/** Adds what new entries of the dictionary are. */
export function seeEntries(kind: ColumnKind, run: TextRun): ColumnKind {
  if (!run.isToken) return { ...kind, hasTexts: true };
  const seen = { ...kind };
  for (let i = 0; i < run.ends.length; i++) {
    if (isNumberAt(run, i)) seen.hasInts = seen.hasDoubles = true;
    else seen.hasTexts = true;
  }
  return seen;
}

export function layoutOf(kind: ColumnKind): KeyLayout {
  const { hasInts, hasDoubles, hasTimes, hasLongTimes, hasTexts } = kind;
  if (hasInts) {
    if (hasTexts || hasTimes) return 'mixed';
    return hasDoubles ? 'doubles' : 'ints';
  }
  if (hasTexts) return 'ranks';
  return hasLongTimes ? 'longTimes' : 'times';
}

/** Whether texts, and times with them, are ranked. */
export function isRankedLayout(layout: KeyLayout): boolean {
  return layout === 'ranks' || layout === 'mixed';
}
