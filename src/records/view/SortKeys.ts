import { type ColumnChunk, FIRST_CODE } from '../columnChunk.js';
import type { ColumnTable } from '../ColumnTable.js';
import {
  isRankedLayout,
  type KeyLayout,
  layoutOf,
  NOTHING_SEEN,
  seeChunk,
  seeEntries,
} from './columnKind.js';
import { type DistinctTexts, NO_TEXTS } from './DistinctTexts.js';
import { fillChunk, fillEntries } from './fillKeys.js';
import { KeyWords } from './KeyWords.js';
import type { KeyWord } from './radixSort.js';
import { rankTexts } from './rankTexts.js';
import type { Steps } from './Steps.js';
import { runOfIncrement, runOfTexts, runOfTimes, type TextRun } from './TextRun.js';

/** Keys, and what they were made from. */
interface Made {
  layout: KeyLayout;
  batches: number;
  rows: number;
  increments: number;
  texts: DistinctTexts;
  codes: number;
  byCode: KeyWords;
  byRow: KeyWords;
}

/** The part of a column that an update takes, for more may come while it is under way. */
interface Part {
  batches: number;
  chunks: readonly (ColumnChunk | null)[];
  increments: readonly TextRun[];
}

/**
 * The sort keys of one column: numbers and times are their own keys, texts are ranked, once per
 * dictionary entry. New batches add to them; a new text moves ranks, and never changes their order.
 */
export class SortKeys {
  readonly #table: ColumnTable;
  readonly #name: string;
  #kind = NOTHING_SEEN;
  #made = nothing(layoutOf(NOTHING_SEEN));

  constructor(table: ColumnTable, name: string) {
    this.#table = table;
    this.#name = name;
  }

  words(isDescending: boolean): KeyWord[] {
    return this.#made.byRow.words(isDescending);
  }

  /** Makes the keys of so many batches; whoever leaves half-way has the old ones. */
  *update(batches: number): Steps {
    const column = this.#table.column(this.#name);
    const chunks = column?.chunks.slice(0, batches) ?? [];
    const increments = column?.values.increments.map(runOfIncrement) ?? [];
    let kind = this.#kind;
    for (const chunk of chunks.slice(this.#made.batches)) {
      if (chunk) kind = seeChunk(kind, chunk);
      yield;
    }
    for (const run of increments.slice(this.#made.increments)) kind = seeEntries(kind, run);
    const layout = layoutOf(kind);
    const old = layout === this.#made.layout ? this.#made : nothing(layout);
    this.#made = yield* this.#add(old, { batches, chunks, increments });
    this.#kind = kind;
  }

  *#add(old: Made, { batches, chunks, increments }: Part): Steps<Made> {
    const { layout } = old;
    const { starts, rowCount } = this.#table;
    const rows = starts[batches] ?? rowCount;
    const entries = increments.slice(old.increments);
    const loose = isRankedLayout(layout) ? yield* looseRuns(chunks, old.batches) : [];
    const known = loose.filter((run) => run !== null);
    const { texts, ranks, moved } = yield* rankTexts(old.texts, [...entries, ...known]);

    const newCodes = entries.reduce((sum, { ends }) => sum + ends.length, 0);
    const codes = old.codes + newCodes;
    const byCode = yield* old.byCode.grown(layout, old.codes, codes, moved);
    yield* fillEntries(byCode, old.codes, entries, ranks);

    const byRow = yield* old.byRow.grown(layout, old.rows, rows, moved);
    const source = { layout, byCode, ranks };
    let rank = newCodes;
    for (let batch = old.batches; batch < batches; batch++) {
      const start = starts[batch]!;
      const rowsOfBatch = (starts[batch + 1] ?? rows) - start;
      yield* fillChunk(byRow, chunks[batch] ?? null, start, rowsOfBatch, source, rank);
      rank += loose[batch - old.batches]?.ends.length ?? 0;
    }
    return { layout, batches, rows, increments: increments.length, texts, codes, byCode, byRow };
  }
}

/** The texts of each chunk from batch `from` on that stand in no dictionary. */
function* looseRuns(
  chunks: readonly (ColumnChunk | null)[],
  from: number,
): Steps<(TextRun | null)[]> {
  const runs: (TextRun | null)[] = [];
  for (const chunk of chunks.slice(from)) {
    if (chunk?.kind === 'text') runs.push(runOfTexts(chunk));
    else runs.push(chunk?.kind === 'time' ? yield* runOfTimes(chunk) : null);
  }
  return runs;
}

function nothing(layout: KeyLayout): Made {
  const byCode = new KeyWords(layout, FIRST_CODE);
  for (let code = 0; code < FIRST_CODE; code++) byCode.setNone(code);
  const byRow = new KeyWords(layout, 0);
  return {
    layout,
    batches: 0,
    rows: 0,
    increments: 0,
    texts: NO_TEXTS,
    codes: FIRST_CODE,
    byCode,
    byRow,
  };
}
