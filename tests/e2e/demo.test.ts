import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../bench/launchChromium.mjs';
import { pageChecksums } from '../../bench/pageChecksums.mjs';
import { sourceChecksums } from '../../bench/sourceChecksums.mjs';
import { startServer } from '../../bench/startProcess.mjs';
import { collectComplaints } from './demoPage.js';

const CONTAINERS = 5_000;
const MSD_DOMAINS = ['upstream_history', 'materials'] as const;

let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  await page.context().close();
  expect(complaints).toEqual([]);
});

async function open(url: string, locale = 'zh-TW', width = 1440): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale });
  page = await context.newPage();
  complaints = collectComplaints(page);
  await page.goto(url);
}

const run = () => page.getByRole('button', { name: /^(開始追溯|Trace)$/ }).click();
const table = () => page.getByRole('table');
const firstRow = () => page.waitForSelector('.vts-table__body [role=row]');
const counted = (text: RegExp) => page.locator('.vts-table__count', { hasText: text }).waitFor();
const complete = () => page.getByText(/追溯完成|Complete/).waitFor();

async function fromClickToLastRow(): Promise<void> {
  await run();
  await firstRow();
  await complete();
  const rows = 10 * CONTAINERS;
  await page.getByRole('tab').first().click();
  expect(await table().getAttribute('aria-rowcount')).toBe(String(rows + 1));
  await table().focus();
  await page.keyboard.press('End');
  const last = page.locator(`[role=row][aria-rowindex="${rows + 1}"]`);
  await last.waitFor();
  const [box, frame] = [await last.boundingBox(), await table().boundingBox()];
  expect(box!.y + box!.height).toBeLessThanOrEqual(frame!.y + frame!.height + 1);
  expect(await pageChecksums(page)).toEqual(await sourceChecksums(CONTAINERS, MSD_DOMAINS));
}

describe('the demo page on its server', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer({
      TRACE_SYNTHETIC_CONTAINERS: String(CONTAINERS),
      TRACE_ASYNC_CID_THRESHOLD: '1000',
      TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: '10000',
    });
  });
  afterAll(() => server.stop());

  it('goes from the click to the last row, every cell as the source has it', async () => {
    await open(server.url);
    await fromClickToLastRow();
  });

  it('shows the figures and a Pareto chart', async () => {
    await open(server.url, 'en-US');
    await run();
    await complete();
    await page.getByRole('tab', { name: 'Figures' }).click();
    await page.locator('.pareto canvas').waitFor();
    const input = page.locator('.kpi', { hasText: 'Input' }).locator('dd');
    expect(Number((await input.textContent())!.replaceAll(',', ''))).toBeGreaterThan(0);
  });

  it('traces lots by their numbers, forward', async () => {
    await open(server.url, 'en-US');
    await page.selectOption('select[name=profile]', 'query_tool');
    await run();
    await complete();
    await page.getByRole('tab', { name: /History/ }).waitFor();
    expect(await page.getByRole('tab').count()).toBe(5);
  });

  it('sorts and searches the rows', async () => {
    await open(server.url, 'en-US');
    await run();
    await complete();
    await page.getByRole('tab').first().click();
    const firstCell = page.locator('[role=row][aria-rowindex="2"] [role=cell]').first();
    const before = await firstCell.textContent();
    const heading = page.getByRole('columnheader', { name: 'CONTAINERID' });
    await heading.getByRole('button').click();
    await heading.getByRole('button').click();
    await page.locator('[role=columnheader][aria-sort=descending]').waitFor();
    await expect.poll(() => firstCell.textContent(), { timeout: 10_000 }).not.toBe(before);
    const largest = (await firstCell.textContent())!.trim();
    await page.getByRole('searchbox', { name: 'Search' }).fill(largest.toUpperCase());
    await counted(/^\d\d of 50,000 rows/);
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByText('No row matches').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => firstCell.textContent(), { timeout: 10_000 }).toContain(largest);
  });

  it('fits a phone: the page scrolls down, never sideways', async () => {
    await open(server.url, 'zh-TW', 390);
    await run();
    await firstRow();
    await complete();
    await page.getByRole('searchbox').fill('01');
    await counted(/^[\d,]+ \/ [\d,]+ 筆/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  it('cancels, and says so', async () => {
    await open(server.url, 'en-US');
    await run();
    await page.getByText('Job ID').waitFor();
    await page.locator('form').getByRole('button', { name: 'Cancel' }).click();
    await page
      .getByText(/^Cancelled/)
      .first()
      .waitFor();
    // the form's button is the demo's own way to know that nothing is under way
    await expect
      .poll(() => page.locator('form').getByRole('button', { name: 'Cancel' }).isDisabled())
      .toBe(true);
    expect(server.log()).toContain('Job cancelled.');
  });
});

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Any static server: files below a sub-folder, nothing else. */
async function startStaticServer() {
  const root = fileURLToPath(new URL('../../dist-static', import.meta.url));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace(/^\/sub\//, '/');
    const file = root + (path === '/' ? '/index.html' : path);
    if (!existsSync(file)) {
      response.statusCode = 404;
      return response.end();
    }
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/sub/`,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

describe('the demo as static files', () => {
  let server: Awaited<ReturnType<typeof startStaticServer>>;
  beforeAll(async () => {
    server = await startStaticServer();
  });
  afterAll(() => server.stop());

  it('runs wholly in the page, from the click to the last row', async () => {
    await open(server.url);
    await fromClickToLastRow();
  });
});
