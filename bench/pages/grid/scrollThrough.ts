import { nextFrame, nextTask } from '../shared/frames.js';
import type { Grid } from './Grid.js';
import { isBlank } from './shownRows.js';

/** Where the scroller stands in each frame: as a wheel turns, as a page is flung, as a thumb is dragged. */
function* positions(height: number): Generator<number> {
  let top = 0;
  for (let frame = 0; frame < 120; frame++) yield (top += 96);
  for (let frame = 0; frame < 60; frame++) yield (top += 3_000);
  for (let frame = 1; frame <= 60; frame++) yield (height * ((frame * 37) % 60)) / 60;
}

/** Scrolls in every frame; the figures of the frames, ms. */
export async function scrollThrough(grid: Grid) {
  const scroller = grid.scroller();
  const gaps: number[] = [];
  let blankFrames = 0;
  let last = await nextFrame();
  for (const top of positions(scroller.scrollHeight - scroller.clientHeight)) {
    scroller.scrollTop = top;
    await nextFrame();
    await nextTask(); // the frame has been drawn: what stands now is what was seen
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (isBlank(grid)) blankFrames++;
  }
  const sorted = gaps.slice().sort((a, b) => a - b);
  return {
    scrollFrames: gaps.length,
    scrollMedianFrameMs: sorted[sorted.length >> 1]!,
    scrollWorstFrameMs: sorted.at(-1)!,
    blankFrames,
  };
}
