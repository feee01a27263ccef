import { formatDateTime } from '../dateTime.js';
import { plainText } from '../plainText.js';
import type { CellMatcher } from './CellMatcher.js';
import { compareTexts } from './collation.js';
import type { RecordFilter } from './RecordQuery.js';

/** Seconds of `0000-01-01 00:00:00` and of the second after `9999-12-31 23:59:59`. */
const FIRST_SECOND = -62_167_219_200;
const END_OF_SECONDS = 253_402_300_800;

/** Cells that are one of a set. */
export function setMatcher(values: readonly unknown[]): CellMatcher {
  const isNested = (value: unknown) => typeof value === 'object' && value !== null;
  const nested = new Set(values.filter(isNested).map((value) => JSON.stringify(value)));
  const plain = new Set(values.filter((value) => !isNested(value)));
  const has = (value: unknown) =>
    isNested(value) ? nested.has(JSON.stringify(value)) : plain.has(value);
  return {
    none: plain.has(null) || plain.has(undefined),
    canBeNumber: values.some((value) => typeof value === 'number'),
    canBeTime: values.some((value) => typeof value === 'string'),
    number: has,
    time: (seconds) => plain.has(formatDateTime(seconds)),
    value: has,
  };
}

/** Cells between two bounds: numbers between numbers, texts between texts. */
export function rangeMatcher({
  from,
  to,
}: Pick<Extract<RecordFilter, { from?: unknown }>, 'from' | 'to'>): CellMatcher {
  const bounds = [from, to].filter((bound) => bound !== undefined);
  const canBeNumber = bounds.every((bound) => typeof bound === 'number');
  const canBeText = bounds.every((bound) => typeof bound === 'string');
  const isLate = (text: string) => typeof from !== 'string' || compareTexts(text, from) >= 0;
  const isBeyond = (text: string) => typeof to === 'string' && compareTexts(text, to) > 0;
  const first = firstSecond((text) => isLate(text));
  const end = firstSecond((text) => isBeyond(text));
  return {
    none: false,
    canBeNumber,
    canBeTime: canBeText,
    number: (number) =>
      canBeNumber &&
      (from === undefined || number >= Number(from)) &&
      (to === undefined || number <= Number(to)),
    time: (seconds) => seconds >= first && seconds < end,
    value: (value) => canBeText && isLate(plainText(value)) && !isBeyond(plainText(value)),
  };
}

/** Cells without a value, and empty texts, or all others. */
export function emptyMatcher(empty: boolean): CellMatcher {
  return {
    none: empty,
    canBeNumber: !empty,
    canBeTime: !empty,
    number: () => !empty,
    time: () => !empty,
    value: (value) => (value === '') === empty,
    texts(run, from, to, hits, at) {
      for (let i = from; i < to; i++) {
        const isEmpty = run.ends[i] === (i === 0 ? 0 : run.ends[i - 1]);
        hits[at + i - from] = Number(isEmpty === empty);
      }
    },
  };
}

/** The first second whose text passes a test that all later ones pass too. */
function firstSecond(passes: (text: string) => boolean): number {
  let low = FIRST_SECOND;
  let high = END_OF_SECONDS;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passes(formatDateTime(middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}
