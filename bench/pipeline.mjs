import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './launchChromium.mjs';
import { pageChecksums } from './pageChecksums.mjs';
import { sourceChecksums } from './sourceChecksums.mjs';
import { startServer } from './startProcess.mjs';

const CONTAINERS = 114_892;
/** The most containers that a server answers without a job. */
const SYNCHRONOUS_CONTAINERS = 20_000;
const SAMPLER = fileURLToPath(new URL('./memorySampler.mjs', import.meta.url));

/** Runs in the page: notes long tasks and, frame by frame, what is on the screen. */
function watchPage() {
  const seen = {
    longTasks: [],
    frames: 0,
    uncovered: 0,
    firstRow: null,
    scrolled: 0,
  };
  window.__seen = seen;
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries())
      seen.longTasks.push([startTime, duration]);
  }).observe({ type: 'longtask' });
  const frame = () => {
    const now = performance.now();
    const rows = document.querySelectorAll('.vts-table__body [role=row]');
    if (rows.length > 0 && seen.firstRow === null) seen.firstRow = now;
    if (rows.length > 0) {
      seen.frames++;
      const scroller = document.querySelector('.vts-table__scroller').getBoundingClientRect();
      const at = document.elementFromPoint(scroller.left + 30, scroller.bottom - 24);
      if (!at?.closest('[role=row]')) seen.uncovered++;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.addEventListener('submit', () => (seen.clickedAt = performance.now()), true);
}

/** Wheels through the table until the trace has ended; resolves with how far it got. */
async function scrollMeanwhile(page) {
  const table = await page.locator('.vts-table__scroller').boundingBox();
  await page.mouse.move(table.x + 200, table.y + 200);
  const rowAtTop = () =>
    page.evaluate(() => {
      const rows = [...document.querySelectorAll('.vts-table__body [role=row]')];
      return Math.min(...rows.map((row) => Number(row.ariaRowIndex)));
    });
  const from = await rowAtTop();
  let furthest = from;
  const ended = page.waitForFunction(
    () => !document.querySelector('.vts-progress button'),
    undefined,
    { polling: 50, timeout: 300_000 },
  );
  let running = true;
  ended.finally(() => (running = false));
  while (running) {
    await page.mouse.wheel(0, 320);
    await page.waitForTimeout(100);
    furthest = Math.max(furthest, await rowAtTop());
  }
  await ended;
  return furthest - from;
}

function readSamples(folder) {
  const samples = {};
  for (const name of readdirSync(folder)) {
    samples[name.split('.')[1]] = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  }
  return samples;
}

/** Runs a trace in the page; resolves with what was seen on the way, times in seconds since the click. */
async function traceInPage(page, containers) {
  await page.waitForSelector('form');
  await page.fill('input[name=containers]', String(containers));
  await page.evaluate(watchPage);
  await page.waitForTimeout(1_000);
  await page.click('button[type=submit]');
  await page.waitForSelector('.vts-table__body [role=row]', { timeout: 300_000 });
  const scrolledRows = await scrollMeanwhile(page);
  const seen = await page.evaluate(() => ({ ...window.__seen, endedAt: performance.now() }));
  const since = (time) => (time - seen.clickedAt) / 1_000;
  const blocks = seen.longTasks.filter(([start]) => start > seen.clickedAt);
  const inStream = blocks.filter(([start]) => start > seen.firstRow - 500);
  const longest = (list) => Math.max(0, ...list.map(([, duration]) => duration));
  return {
    'state shown': await page.locator('.vts-progress__status').innerText(),
    'first row on screen, s': since(seen.firstRow),
    'last row, s': since(seen.endedAt),
    'longest main-thread block, ms': longest(blocks),
    'main-thread blocks over 50 ms': blocks.length,
    'longest block while rows arrive, ms': longest(inStream),
    'blocks over 50 ms while rows arrive': inStream.length,
    'rows wheeled through meanwhile': scrolledRows,
    'frames without rows at the bottom edge': `${seen.uncovered} of ${seen.frames}`,
  };
}

/** JS heap of the page after a collection, MB. */
async function heapOf(page) {
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

async function openPage(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  await page.goto(url);
  return page;
}

/** A trace that the server answers at once, with all of its rows in one JSON. */
async function synchronousTrace(browser, url) {
  const page = await openPage(browser, url);
  const seen = await traceInPage(page, SYNCHRONOUS_CONTAINERS);
  await page.close();
  const figures = ['state shown', 'last row, s', 'main-thread blocks over 50 ms'];
  const longest = 'longest main-thread block, ms';
  return Object.fromEntries(
    [...figures, longest].map((name) => [`synchronous: ${name}`, seen[name]]),
  );
}

/** MSD backward over the whole factory, from the click to the last row, in Chromium. */
export async function pipeline() {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  const env = { MEMORY_FILE: join(folder, 'memory') };
  const server = await startServer(env, ['--import', SAMPLER]);
  const browser = await launchChromium();
  const page = await openPage(browser, server.url);
  const seen = await traceInPage(page, CONTAINERS);
  const heap = await heapOf(page);
  const tables = await pageChecksums(page);
  const { peak, rss } = server.memory();
  const job = readSamples(folder)['job-1'];
  await page.close();
  const synchronous = await synchronousTrace(browser, server.url);
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true });
  const expected = await sourceChecksums(CONTAINERS, Object.keys(tables));
  return {
    ...seen,
    'tables, all cells': tables,
    'equal to the source': JSON.stringify(tables) === JSON.stringify(expected),
    'page, JS heap after collection, MB': heap,
    'job thread, most heap, MB': job.heap,
    'server with its job thread, peak resident, MB': peak,
    'server afterwards, resident, MB': rss,
    'of it buffers (the stored result), MB': job.buffers,
    ...synchronous,
  };
}
