import { type CellFlags, type ColumnChunk, VALUE } from '../columnChunk.js';
import { isRankedLayout, type KeyLayout } from './columnKind.js';
import type { KeyWords } from './KeyWords.js';
import { NO_RANK } from './rankTexts.js';
import { type Steps, STEP_ROWS } from './Steps.js';
import { type TextRun, valueAt } from './TextRun.js';

/** Number tokens parsed between two stops. */
const STEP_ENTRIES = 1024;

/** What the keys of cells are made from. */
export interface KeySource {
  layout: KeyLayout;
  byCode: KeyWords;
  /** Ranks of the texts of runs, one behind the other. */
  ranks: Uint32Array;
}

/** Keys of dictionary entries from `firstCode` on, whose ranks are the first ones. */
export function* fillEntries(
  byCode: KeyWords,
  firstCode: number,
  runs: readonly TextRun[],
  ranks: Uint32Array,
): Steps {
  let entry = 0;
  for (const run of runs) {
    for (let i = 0; i < run.ends.length; i++, entry++) {
      const rank = ranks[entry]!;
      if (rank === NO_RANK) byCode.setDouble(firstCode + entry, valueAt(run, i) as number);
      else byCode.setRank(firstCode + entry, rank);
      if (i % STEP_ENTRIES === STEP_ENTRIES - 1) yield;
    }
    yield;
  }
}

/** Keys of a chunk's cells, from row `start` on; `firstRank` is where those of its texts begin. */
export function* fillChunk(
  keys: KeyWords,
  chunk: ColumnChunk | null,
  start: number,
  rowCount: number,
  source: KeySource,
  firstRank: number,
): Steps {
  for (let from = 0; from < rowCount; from += STEP_ROWS, yield) {
    const to = Math.min(rowCount, from + STEP_ROWS);
    if (chunk?.kind === 'code') fillCodes(keys, chunk.codes, start, from, to, source.byCode);
    else fillCells(keys, chunk, start, from, to, source, firstRank);
  }
}

function fillCodes(
  keys: KeyWords,
  codes: ArrayLike<number>,
  start: number,
  from: number,
  to: number,
  byCode: KeyWords,
): void {
  const { low, high } = keys;
  const { low: fromLow, high: fromHigh } = byCode;
  for (let i = from; i < to; i++) low[start + i] = fromLow[codes[i]!]!;
  if (high) for (let i = from; i < to; i++) high[start + i] = fromHigh![codes[i]!]!;
}

function fillCells(
  keys: KeyWords,
  chunk: Exclude<ColumnChunk, { kind: 'code' }> | null,
  start: number,
  from: number,
  to: number,
  { layout, ranks }: KeySource,
  firstRank: number,
): void {
  const flags: CellFlags = chunk && chunk.flags;
  if (!chunk) for (let i = from; i < to; i++) keys.setNone(start + i);
  else if (chunk.kind === 'text' || (isRankedLayout(layout) && chunk.kind === 'time')) {
    for (let i = from; i < to; i++) keys.setRank(start + i, ranks[firstRank + i]!);
  } else {
    const numbers = chunk.kind === 'number' ? chunk.numbers : chunk.seconds;
    if (keys.high) for (let i = from; i < to; i++) keys.setDouble(start + i, numbers[i]!);
    else for (let i = from; i < to; i++) keys.setInt(start + i, numbers[i]!);
  }
  if (!flags) return;
  for (let i = from; i < to; i++) if (flags[i] !== VALUE) keys.setNone(start + i);
}
