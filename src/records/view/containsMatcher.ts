import { formatDateTime, SECONDS_PER_DAY } from '../dateTime.js';
import { plainText } from '../plainText.js';
import type { CellMatcher } from './CellMatcher.js';
import { startOf, textAt, type TextRun } from './TextRun.js';

const decoder = new TextDecoder();
/** Length of `YYYY-MM-DD`. */
const DATE_LENGTH = 10;
/** Remembered answers for numbers; a power of two. */
const REMEMBERED = 1 << 14;
const UNKNOWN = 0;
const NO = 1;
const YES = 2;

/** Cells whose text contains another one, which is not empty, upper case or lower. */
export function containsMatcher(text: string): CellMatcher {
  const needle = text.toLowerCase();
  const contains = (hay: string) => hay.toLowerCase().includes(needle);
  return {
    none: false,
    // what String gives of a number, Infinity included
    canBeNumber: /^[-+.0-9einfty]*$/.test(needle),
    canBeTime: /^[-: 0-9]*$/.test(needle),
    number: rememberNumbers((number) => contains(String(number))),
    time: timeContains(needle),
    value: (value) => contains(plainText(value)),
    texts: (run, from, to, hits, at) => findTexts(needle, run, from, to, hits, at),
  };
}

function rememberNumbers(answer: (number: number) => boolean): (number: number) => boolean {
  const numbers = new Float64Array(REMEMBERED);
  const answers = new Uint8Array(REMEMBERED);
  return (number) => {
    // fractions to two places go to different slots, as ints do
    const slot = (number * 100) & (REMEMBERED - 1);
    if (answers[slot] !== UNKNOWN && numbers[slot] === number) return answers[slot] === YES;
    const isHit = answer(number);
    numbers[slot] = number;
    answers[slot] = isHit ? YES : NO;
    return isHit;
  };
}

/** A day and a time of day are asked once each; only a needle with a space reaches from one into the other. */
function timeContains(needle: string): (seconds: number) => boolean {
  const [inDay, inTime, ...more] = needle.split(' ') as [string, string?, ...string[]];
  const days = new Map<number, boolean>();
  const times = new Uint8Array(SECONDS_PER_DAY);
  const hitsDay = (day: string) =>
    inTime === undefined ? day.includes(inDay) : day.endsWith(inDay);
  const hitsTime = (time: string) =>
    inTime === undefined ? time.includes(inDay) : time.startsWith(inTime);
  return (seconds) => {
    if (more.length > 0) return false;
    const day = Math.floor(seconds / SECONDS_PER_DAY);
    let isDay = days.get(day);
    if (isDay === undefined) {
      isDay = hitsDay(formatDateTime(seconds).slice(0, DATE_LENGTH));
      days.set(day, isDay);
    }
    if (isDay === (inTime === undefined)) return isDay;
    const time = seconds - day * SECONDS_PER_DAY;
    if (times[time] === UNKNOWN) {
      times[time] = hitsTime(formatDateTime(seconds).slice(DATE_LENGTH + 1)) ? YES : NO;
    }
    return times[time] === YES;
  };
}

/**
 * Searches texts where they stand one behind the other, without taking them apart; a hit that reaches
 * from one into the next is none. What is not ASCII has another length than its bytes, or as lower case.
 */
function findTexts(
  needle: string,
  run: TextRun,
  from: number,
  to: number,
  hits: Uint8Array,
  at: number,
): void {
  const { ends } = run;
  const start = startOf(run, from);
  const bytes = run.bytes.subarray(start, ends[to - 1]);
  const text = decoder.decode(bytes);
  if (text.length !== bytes.length) {
    for (let i = from; i < to; i++) {
      if (textAt(run, i).toLowerCase().includes(needle)) hits[at + i - from] = 1;
    }
    return;
  }
  const hay = text.toLowerCase();
  let i = from;
  for (let found = hay.indexOf(needle); found >= 0;) {
    while (ends[i]! - start <= found) i++;
    const end = ends[i]! - start;
    const isWithin = found + needle.length <= end;
    if (isWithin) hits[at + i - from] = 1;
    found = hay.indexOf(needle, isWithin ? end : found + 1);
  }
}
