import { readFileSync } from 'node:fs';
import { launchChromium } from '../launchChromium.mjs';

const MB = 1024;
const VIEWPORT = { width: 1600, height: 900 };

/** Why a contender gave no answer: told as its result, it does not end the benchmark. */
export class PageGaveUp extends Error {
  name = 'PageGaveUp';
}

function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new PageGaveUp(`${what}: over ${ms / 1_000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function crashOf(page) {
  const crash = new Promise((_, reject) => {
    page.once('crash', () => reject(new PageGaveUp('the page crashed (out of memory)')));
  });
  crash.catch(() => undefined); // heard only while the page is asked for something
  return crash;
}

/** Resident memory of the processes that draw pages, MB: what the page's own figures may miss. */
export async function rendererMemory(client) {
  const { processInfo } = await client.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / MB;
    });
  return Math.max(...sizes);
}

/**
 * Opens a page in a Chromium of its own. `run` asks its `window.bench` for something, and rejects
 * with `PageGaveUp` where the page fails, crashes or takes longer than `ms`.
 * @param {string} url
 */
export async function openPage(url) {
  // without the last one a measurement of memory waits for a collection, up to 20 s
  const browser = await launchChromium(['--enable-blink-features=ForceEagerMeasureMemory']);
  const client = await browser.newBrowserCDPSession();
  const page = await browser.newPage({ viewport: VIEWPORT, locale: 'en-US' });
  const crash = crashOf(page);
  const log = [];
  page.on('pageerror', (error) => log.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) log.push(message.text());
  });
  await page.goto(url);
  await page.waitForFunction(() => window.bench);
  return {
    /** Errors and warnings of the page. */
    log,
    run(method, args = [], ms = 120_000) {
      const asked = page.evaluate(
        ([name, values]) => window.bench[name](...values),
        [method, args],
      );
      const failed = asked.catch((error) => {
        throw new PageGaveUp(`${method}: ${error.message.split('\n')[0]}`);
      });
      return within(Promise.race([crash, failed]), ms, method);
    },
    memory: () => rendererMemory(client),
    screenshot: (path) => page.screenshot({ path }),
    close: () => browser.close(),
  };
}
