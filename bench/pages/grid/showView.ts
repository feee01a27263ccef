import { drawnWhen, frameDrawn } from '../shared/frames.js';
import { watchBlocks } from '../shared/watchBlocks.js';
import type { Grid } from './Grid.js';
import { shownRows } from './shownRows.js';

/** A view that is asked for, and what tells that it is on screen. */
export interface ViewRequest {
  column: string;
  /** Text to filter by; without it the view is sorted, rising. */
  text?: string;
  /** What the first row shows in its columns. */
  first: Record<string, string | number>;
}

function isShown(grid: Grid, { column, text, first }: ViewRequest): boolean {
  const names = Object.keys(first);
  const isFirst = (row: Element) =>
    names.every((name) => grid.cell(row, name) === String(first[name]));
  // where the rows stand is asked only once one of them is it: that costs a frame some milliseconds
  if (![...grid.rows()].some(isFirst)) return false;
  const rows = shownRows(grid);
  if (!rows[0] || !isFirst(rows[0])) return false;
  return text === undefined || rows.every((row) => grid.cell(row, column).includes(text));
}

/** Asks for a view; figures from the request until its rows are on screen, ms. The view is left again. */
export async function showView(grid: Grid, request: ViewRequest) {
  const { column, text } = request;
  grid.scroller().scrollTop = 0;
  await frameDrawn();
  if (isShown(grid, request)) throw new Error(`The view by ${column} is on screen already.`);
  const stopWatching = watchBlocks();
  const started = performance.now();
  const shown = drawnWhen(() => isShown(grid, request));
  await (text === undefined ? grid.sort(column) : grid.filter(column, text));
  const readyMs = performance.now() - started;
  const shownMs = (await shown) - started;
  const blocks = await stopWatching();
  await (text === undefined ? grid.sort(null) : grid.filter(column, null));
  await frameDrawn();
  return { readyMs, shownMs, ...blocks };
}
