import { drawnWhen, frameDrawn, wait } from '../shared/frames.js';
import { measureMemory } from '../shared/measureMemory.js';
import { watchBlocks } from '../shared/watchBlocks.js';
import { createSink } from './createSink.js';
import type { StreamContender, StreamUrls } from './StreamContender.js';
import { watchBytes } from './watchBytes.js';

const MB = 1_000_000;
/** What the browser does after a page has loaded is over by then. */
const SETTLE_MS = 500;
const modules = {
  ...import.meta.glob<StreamContender>('./contenders/*.ts'),
  ...import.meta.glob<StreamContender>('../../peers/stream/*.ts'),
};

async function loadContender(name: string): Promise<StreamContender> {
  const path = Object.keys(modules).find((path) => path.endsWith(`/${name}.ts`));
  if (!path) throw new Error(`There is no contender ${name}.`);
  return modules[path]!();
}

/** When a row was on screen and what it took after the bytes of the first batch were there. */
async function watchScreen(selector: string | undefined, firstBatchBytes: number) {
  if (!selector) return null;
  const bytes = watchBytes(firstBatchBytes);
  const shown = drawnWhen(() => document.querySelector(selector) !== null);
  return { shownAt: await shown, bytesAt: await bytes };
}

/** One run of one contender: all its figures, times in ms since the start of the request. */
async function run(name: string, urls: StreamUrls, firstBatchBytes: number) {
  const host = document.getElementById('host')!;
  const { read, shownRow } = await loadContender(name);
  await wait(SETTLE_MS);
  const before = await measureMemory();
  const stopWatching = watchBlocks();
  const sink = createSink();
  const screen = watchScreen(shownRow, firstBatchBytes);
  const held = await read(urls, sink, host);
  const endedAt = performance.now();
  await frameDrawn();
  const blocks = await stopWatching();
  const shown = await screen;
  const bytes = (await measureMemory()) - before;
  Object.assign(window, { held, sink }); // nothing may be let go before it was measured
  return {
    rows: sink.rowCount,
    firstRowMs: sink.firstRowAt && sink.firstRowAt - sink.startedAt,
    firstRowShownMs: shown && shown.shownAt - sink.startedAt,
    shownAfterBytesMs: shown && shown.shownAt - shown.bytesAt,
    totalMs: endedAt - sink.startedAt,
    ...blocks,
    memoryMb: bytes / MB,
    bytesPerRow: sink.rowCount > 0 ? bytes / sink.rowCount : null,
  };
}

window.bench = { run };
