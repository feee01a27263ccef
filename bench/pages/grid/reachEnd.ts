import { frameDrawn } from '../shared/frames.js';
import type { Grid, Row } from './Grid.js';
import { shownRows } from './shownRows.js';

const ENOUGH_FRAMES = 60;

/** Scrolls to the end as a dragged thumb does; whether the last row can be seen there. */
export async function reachEnd(grid: Grid, last: Row): Promise<boolean> {
  const scroller = grid.scroller();
  for (let frame = 0; frame < ENOUGH_FRAMES; frame++) {
    scroller.scrollTop = scroller.scrollHeight;
    await frameDrawn();
    const names = Object.keys(last);
    const isLast = (row: Element) =>
      names.every((name) => grid.cell(row, name) === String(last[name]));
    if (shownRows(grid).some(isLast)) return true;
  }
  return false;
}
