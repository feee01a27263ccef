import { nextFrame, wait } from './frames.js';

/** What kept the main thread from everything else, ms. */
export interface Blocks {
  longestBlockMs: number;
  blocksOver50: number;
  /** The time of all blocks beyond their first 50 ms. */
  blockingMs: number;
  /** Longest time between two frames. */
  longestFrameGapMs: number;
}

const BLOCK_MS = 50;
/** Long tasks are told some time after they ended. */
const TOLD_AFTER_MS = 100;

/** Notes the long tasks and the gaps between frames until the function that it returns is called. */
export function watchBlocks(): () => Promise<Blocks> {
  const startedAt = performance.now();
  const tasks: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({ type: 'longtask' });
  let isWatching = true;
  let longestFrameGapMs = 0;
  void (async () => {
    let last = performance.now();
    while (isWatching) {
      await nextFrame();
      const now = performance.now();
      longestFrameGapMs = Math.max(longestFrameGapMs, now - last);
      last = now;
    }
  })();
  return async () => {
    const endedAt = performance.now();
    isWatching = false;
    await wait(TOLD_AFTER_MS);
    tasks.push(...observer.takeRecords());
    observer.disconnect();
    const own = tasks.filter(({ startTime, duration }) => {
      return startTime < endedAt && startTime + duration > startedAt;
    });
    return {
      longestBlockMs: Math.max(0, ...own.map(({ duration }) => duration)),
      blocksOver50: own.length,
      blockingMs: own.reduce((sum, { duration }) => sum + duration - BLOCK_MS, 0),
      longestFrameGapMs,
    };
  };
}
