import { type ColumnChunk, FIRST_CODE, VALUE } from '../columnChunk.js';
import type { TableColumn } from '../ColumnTable.js';
import type { CellMatcher } from './CellMatcher.js';
import { type Steps, STEP_ROWS } from './Steps.js';
import { runOfIncrement, runOfTexts, startOf, type TextRun } from './TextRun.js';
import { TextStretch } from './TextStretch.js';

/** Bytes of texts that are searched between two stops. */
const STEP_BYTES = 1 << 15;
/** Texts that are decoded one by one between two stops. */
const STEP_TEXTS = 1 << 10;

/** One question to one column; asked once of each dictionary entry, and of each cell outside of it. */
export class ColumnFilter {
  readonly #matcher: CellMatcher;
  /** Answers by code. */
  #hits = new Uint8Array(FIRST_CODE);
  #codes = FIRST_CODE;
  #increments = 0;
  /** Whether any entry or cell in a dictionary chunk can match. */
  #canBeCode: boolean;

  constructor(matcher: CellMatcher) {
    this.#matcher = matcher;
    this.#hits.fill(Number(matcher.none), 0, FIRST_CODE);
    this.#canBeCode = matcher.none;
  }

  /** Asks the dictionary entries that are new. */
  *askEntries({ values }: TableColumn): Steps {
    const { increments, size } = values;
    // more may come while this stops: they have no place among the answers yet, and are asked the next time
    const known = increments.length;
    if (this.#hits.length < size + FIRST_CODE) {
      const hits = new Uint8Array(2 * (size + FIRST_CODE));
      hits.set(this.#hits);
      this.#hits = hits;
    }
    while (this.#increments < known) {
      const run = runOfIncrement(increments[this.#increments]!);
      yield* askTexts(this.#matcher, run, 0, run.ends.length, this.#hits, this.#codes);
      const end = this.#codes + run.ends.length;
      this.#canBeCode ||= this.#hits.subarray(this.#codes, end).includes(1);
      this.#codes = end;
      this.#increments++;
    }
  }

  /**
   * Writes the answer for each row of a chunk from `from` to `to` into `hits`, from 0 on; returns false
   * and may write nothing where no row matches.
   */
  *ask(chunk: ColumnChunk | null, from: number, to: number, hits: Uint8Array): Steps<boolean> {
    const matcher = this.#matcher;
    if (!chunk) {
      hits.fill(Number(matcher.none), 0, to - from);
      return matcher.none;
    }
    if (chunk.kind === 'code') {
      if (this.#canBeCode) askCodes(this.#hits, chunk.codes, from, to, hits);
      return this.#canBeCode;
    }
    const { flags } = chunk;
    if (chunk.kind === 'text') {
      hits.fill(0, 0, to - from);
      yield* askTexts(matcher, runOfTexts(chunk), from, to, hits, 0);
    } else {
      const isNumber = chunk.kind === 'number';
      const canBe = isNumber ? matcher.canBeNumber : matcher.canBeTime;
      if (!canBe && (!flags || !matcher.none)) return false;
      if (!canBe) hits.fill(0, 0, to - from);
      else if (isNumber) askNumbers(matcher.number, chunk.numbers, from, to, hits);
      else askNumbers(matcher.time, chunk.seconds, from, to, hits);
    }
    if (flags) {
      for (let i = from; i < to; i++) if (flags[i] !== VALUE) hits[i - from] = Number(matcher.none);
    }
    return true;
  }
}

function askCodes(
  byCode: Uint8Array,
  codes: ArrayLike<number>,
  from: number,
  to: number,
  hits: Uint8Array,
): void {
  for (let i = from; i < to; i++) hits[i - from] = byCode[codes[i]!]!;
}

function askNumbers(
  matches: (number: number) => boolean,
  numbers: ArrayLike<number>,
  from: number,
  to: number,
  hits: Uint8Array,
): void {
  for (let i = from; i < to; i++) hits[i - from] = matches(numbers[i]!) ? 1 : 0;
}

/** Texts many at a time, as the matcher can; tokens, and texts where it cannot, one by one. */
function* askTexts(
  matcher: CellMatcher,
  run: TextRun,
  from: number,
  to: number,
  hits: Uint8Array,
  at: number,
): Steps {
  const { ends, isToken } = run;
  for (let start = from; start < to; yield) {
    const limit = startOf(run, start) + STEP_BYTES;
    const most = Math.min(to, start + (matcher.texts ? STEP_ROWS : STEP_TEXTS));
    let end = start + 1;
    while (end < most && ends[end]! <= limit) end++;
    const stretch = new TextStretch(run, start, end);
    matcher.texts?.(stretch, hits, at + start - from);
    if (isToken || !matcher.texts) {
      for (let i = start; i < end; i++) {
        if (matcher.texts && !isToken![i]) continue;
        hits[at + i - from] = Number(answer(matcher, stretch.value(i)));
      }
    }
    start = end;
  }
}

function answer(matcher: CellMatcher, value: unknown): boolean {
  if (value === null || value === undefined) return matcher.none;
  return typeof value === 'number' ? matcher.number(value) : matcher.value(value);
}
