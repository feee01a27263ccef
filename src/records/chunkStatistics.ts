import { ABSENT, type CellFlags, type ColumnChunk, FIRST_CODE, NULL } from './columnChunk.js';

/** What the cells of a chunk come to: plain numbers, which are posted along with it. */
export interface ChunkStatistics {
  nulls: number;
  absent: number;
  /** Of the numbers, or of the seconds of the times; null where the chunk has neither. */
  least: number | null;
  most: number | null;
}

/** One pass over a chunk; over codes only where it may have gaps, which are nulls and absent cells. */
export function statisticsOf(chunk: ColumnChunk, hasGaps = true): ChunkStatistics {
  if (chunk.kind === 'code') {
    return hasGaps ? countCodes(chunk.codes) : { nulls: 0, absent: 0, least: null, most: null };
  }
  const { nulls, absent } = countFlags(chunk.flags);
  const numbers =
    chunk.kind === 'number' ? chunk.numbers : chunk.kind === 'time' ? chunk.seconds : null;
  if (numbers === null || nulls + absent === numbers.length) {
    return { nulls, absent, least: null, most: null };
  }
  return { nulls, absent, ...rangeOf(numbers, chunk.flags) };
}

function countCodes(codes: ArrayLike<number>): ChunkStatistics {
  let nulls = 0;
  let absent = 0;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! >= FIRST_CODE) continue;
    if (codes[row] === NULL) nulls++;
    else absent++;
  }
  return { nulls, absent, least: null, most: null };
}

function countFlags(flags: CellFlags): { nulls: number; absent: number } {
  let nulls = 0;
  let absent = 0;
  for (const flag of flags ?? []) {
    if (flag === NULL) nulls++;
    else if (flag === ABSENT) absent++;
  }
  return { nulls, absent };
}

/** The least and the most of at least one number. */
function rangeOf(numbers: ArrayLike<number>, flags: CellFlags): { least: number; most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (let row = 0; row < numbers.length; row++) {
    if (flags && flags[row] !== 0) continue;
    const number = numbers[row]!;
    if (number < least) least = number;
    if (number > most) most = number;
  }
  return { least, most };
}
