import { nextTask } from '../shared/frames.js';
import { watchBlocks } from '../shared/watchBlocks.js';
import type { Grid } from './Grid.js';

const WORST_OF = 10;

const BATCH_ROWS = 5_000;

/** What the server has of a domain. */
export interface BatchSource {
  domain: string;
  batches: number;
  rows: number;
}

/** The rows of the batches from `from` to before `end`: the bytes of one JSON array. */
async function fetchBatches({ domain, rows }: BatchSource, from: number, end: number) {
  const answer = await fetch(`/data/batch/${domain}/${from}/${end}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { bytes, rowCount: Math.min(rows, end * BATCH_ROWS) - from * BATCH_ROWS };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
const median = (numbers: readonly number[]) =>
  numbers.slice().sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

/**
 * Appends batch by batch, each in a task of its own so that the page can draw in between; stops
 * when it has taken `mostMs`. Parsing is timed apart from appending.
 */
export async function appendBatches(grid: Grid, source: BatchSource, mostMs: number) {
  const parsing: number[] = [];
  const appending: number[] = [];
  const stopWatching = watchBlocks();
  while (appending.length < source.batches && sum(parsing) + sum(appending) < mostMs) {
    const index = appending.length;
    const { bytes, rowCount } = await fetchBatches(source, index, index + 1);
    const started = performance.now();
    const batch = grid.parse(bytes, rowCount);
    parsing.push(performance.now() - started);
    await nextTask();
    const appended = performance.now();
    await grid.append(batch);
    appending.push(performance.now() - appended);
    await nextTask();
  }
  return {
    batchesAppended: appending.length,
    parseMs: sum(parsing),
    appendMs: sum(appending),
    parseAndAppendMs: sum(parsing) + sum(appending),
    batchMs: median(appending),
    lastBatchesMs: median(appending.slice(-WORST_OF)),
    ...(await stopWatching()),
  };
}

/** Batches that are loaded at once where nobody measures it. */
const BATCHES_AT_ONCE = 50;

/** Brings the rest of the rows in. */
export async function loadRest(grid: Grid, source: BatchSource, from: number): Promise<void> {
  for (let at = from; at < source.batches; at += BATCHES_AT_ONCE) {
    const end = Math.min(at + BATCHES_AT_ONCE, source.batches);
    const { bytes, rowCount } = await fetchBatches(source, at, end);
    await grid.append(grid.parse(bytes, rowCount));
    await nextTask();
  }
}
