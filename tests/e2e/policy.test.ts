import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../bench/launchChromium.mjs';
import { startServer } from '../../bench/startProcess.mjs';
import { PAGE_POLICY } from '../../mocks/http/pagePolicy.js';
import { collectComplaints } from './demoPage.js';

let browser: Browser;
let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  [browser, server] = await Promise.all([
    launchChromium(),
    startServer({ TRACE_SYNTHETIC_CONTAINERS: '600', TRACE_ASYNC_CID_THRESHOLD: '100' }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** A page in a browser of its own, and what it was forbidden so far. */
async function open(url: string) {
  const context = await browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  const complaints = collectComplaints(page);
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (window as unknown as { complain(text: string): void }).complain(
        `forbidden: ${violatedDirective} ${blockedURI}`,
      ),
    );
  });
  await page.goto(url);
  return { context, page, complaints };
}

async function trace(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Trace' }).click();
  await page.getByText('Complete').waitFor();
}

describe('the page under its policy', () => {
  it('runs a trace and shows its rows and charts, and wants nothing that is forbidden', async () => {
    const { context, page, complaints } = await open(server.url);
    await trace(page);
    await page.getByRole('tab').first().click();
    expect(Number(await page.getByRole('table').getAttribute('aria-rowcount'))).toBe(6_001);
    await page.getByRole('searchbox').fill('01');
    await page.locator('.vts-table__count', { hasText: /of 6,000 rows/ }).waitFor();
    await page.getByRole('tab', { name: 'Figures' }).click();
    await page.locator('.pareto canvas').hover();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('has a session that no script can read, and its job is nobody else’s', async () => {
    const { context, page } = await open(server.url);
    const answer = page.waitForResponse((response) => response.status() === 202);
    await trace(page);
    const { status_url: url } = (await (await answer).json()) as { status_url: string };
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'session', httpOnly: true, sameSite: 'Lax' });
    const ask = (asking: Page) => asking.evaluate(async (path) => (await fetch(path)).status, url);
    expect(await ask(page)).toBe(200);
    const other = await open(server.url);
    expect(await ask(other.page)).toBe(404);
    await other.context.close();
    await page.reload();
    expect(await ask(page)).toBe(200);
    await context.close();
  });

  it('is forbidden scripts, styles, frames and requests that are not its own', async () => {
    const { context, page, complaints } = await open(server.url);
    await page.evaluate(async () => {
      document.body.insertAdjacentHTML('beforeend', '<p id="p" style="color: red">x</p>');
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
      const base = Object.assign(document.createElement('base'), { href: 'http://evil.test/' });
      document.head.append(base);
      await fetch('http://evil.test/').catch(() => undefined);
    });
    expect(await page.title()).toBe('vue-trace-stream');
    const color = await page.locator('#p').evaluate((p) => getComputedStyle(p).color);
    expect(color).not.toBe('rgb(255, 0, 0)');
    const forbidden = () => complaints.filter((text) => text.startsWith('forbidden')).join('\n');
    const inline = ['style-src-attr inline', 'script-src-elem inline'];
    for (const what of [...inline, 'connect-src http', 'base-uri http']) {
      await expect.poll(forbidden).toContain(what);
    }
    await page.evaluate(() => {
      const form = Object.assign(document.createElement('form'), { action: 'http://evil.test/' });
      document.body.append(form);
      form.submit();
    });
    await expect.poll(forbidden).toContain('form-action http');
    await context.close();
  });
});

describe('a page of another site', () => {
  it('can start and cancel nothing, read nothing, and show the demo in no frame', async () => {
    const { context, page } = await open(server.url);
    await trace(page);
    // another site, as a browser sees it; from a page that no server sent it lets nothing reach this machine
    const site = createServer((_request, answer) => {
      answer.setHeader('Content-Type', 'text/html');
      answer.end('<!doctype html><p>evil');
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    const evil = await context.newPage();
    await evil.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
    const told = await evil.evaluate(async (target) => {
      const json = { 'Content-Type': 'application/json' };
      const asked: [string, RequestInit][] = [
        ['api/trace/events', { method: 'POST', headers: json, body: '{}' }],
        ['api/trace/events', { method: 'POST', body: '{}' }],
        ['api/trace/job/x', { method: 'DELETE' }],
        ['api/trace/job/x', { method: 'GET' }],
      ];
      const ask = async ([path, init]: [string, RequestInit]) =>
        fetch(target + path, { ...init, credentials: 'include' }).then(
          () => 'read',
          () => 'refused',
        );
      return Promise.all(asked.map(ask));
    }, server.url);
    expect(told).toEqual(['refused', 'refused', 'refused', 'refused']);
    await evil.evaluate((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
    }, server.url);
    await expect.poll(() => evil.frames().length).toBe(2);
    const framed = evil.frames()[1]!;
    await expect.poll(() => framed.url()).toMatch(/^chrome-error:/);
    await context.close();
    site.close();
  });
});

it('the static demo has the policy in its page', async () => {
  const file = fileURLToPath(new URL('../../dist-static/index.html', import.meta.url));
  const html = (await readFile(file, 'utf8')).replaceAll('&#39;', "'");
  const meta = `<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">`;
  expect(html).toContain(meta);
  expect(html.indexOf(meta)).toBeLessThan(html.indexOf('<script'));
});
