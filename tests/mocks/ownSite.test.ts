import { describe, expect, it, vi } from 'vitest';
import { createOwnSiteCheck } from '../../mocks/http/ownSite.js';
import { readError } from './api/client.js';
import { events, makeJob, useOwnedJobs } from './support/ownedJobs.js';

const URL = 'http://trace.test/api/trace/events';
const request = (headers: Record<string, string>) => new Request(URL, { method: 'POST', headers });

const OWN: Record<string, Record<string, string>> = {
  'one with neither header, as curl and Node send it': {},
  'one of the same origin': { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://trace.test' },
  'one of nobody’s page': { 'Sec-Fetch-Site': 'none' },
  'one with the host’s own Origin': { Origin: 'http://trace.test', Host: 'trace.test' },
  'one with that Origin behind TLS': { Origin: 'https://trace.test', Host: 'trace.test' },
  'one with a port': { Origin: 'http://trace.test:8080', Host: 'trace.test:8080' },
  'one with a port that goes without saying': {
    Origin: 'https://trace.test',
    Host: 'trace.test:443',
  },
  'one of an upper-case host': { Origin: 'http://trace.test', Host: 'TRACE.test' },
};
const OTHER: Record<string, Record<string, string>> = {
  'another site': { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://evil.test' },
  'a sister site': { 'Sec-Fetch-Site': 'same-site', Origin: 'http://www.trace.test' },
  'another site that says nothing of its origin': { 'Sec-Fetch-Site': 'cross-site' },
  'an unknown kind of site': { 'Sec-Fetch-Site': 'friendly', Origin: 'http://trace.test' },
  'another Origin': { Origin: 'http://evil.test', Host: 'trace.test' },
  'another port': { Origin: 'http://trace.test:8081', Host: 'trace.test:8080' },
  'a host that ends alike': { Origin: 'http://eviltrace.test', Host: 'trace.test' },
  'a host that begins alike': { Origin: 'http://trace.test.evil.test', Host: 'trace.test' },
  'no origin': { Origin: 'null', Host: 'trace.test' },
  'an Origin that is none': { Origin: 'trace.test', Host: 'trace.test' },
  'no origin, where it asks a host that is none': { Origin: 'null', Host: '^' },
  'a host that only says of itself to be this one': {
    ...{ Origin: 'http://evil.test', Host: 'trace.test', 'X-Forwarded-Host': 'evil.test' },
  },
};

describe('a request that changes something', () => {
  const isOwnSite = createOwnSiteCheck();

  it.each(Object.entries(OWN))('is taken: %s', async (_name, headers) => {
    expect(await isOwnSite(request(headers))).toBe(true);
  });

  it.each(Object.entries(OTHER))('is refused to %s', async (_name, headers) => {
    expect(await isOwnSite(request(headers))).toBe(false);
  });

  it('is taken for the host that a trusted proxy was asked for', async () => {
    const behindProxy = createOwnSiteCheck({ trustedProxies: 1 });
    const asked = (origin: string, forwarded: string) =>
      behindProxy(
        request({ Origin: origin, Host: '127.0.0.1:5173', 'X-Forwarded-Host': forwarded }),
      );
    expect(await asked('https://mes.example', 'mes.example')).toBe(true);
    expect(await asked('https://evil.test', 'evil.test, mes.example')).toBe(false);
    expect(await asked('https://mes.example', '')).toBe(false);
    expect(await isOwnSite(request({ Origin: 'http://a', 'X-Forwarded-Host': 'a' }))).toBe(false);
  });

  it('is taken from anywhere with a token that the host knows', async () => {
    const checkCsrfToken = vi.fn(async (token: string) => token === 'good');
    const check = createOwnSiteCheck({ checkCsrfToken });
    const from = (headers: Record<string, string>) =>
      check(request({ Origin: 'http://evil.test', Host: 'trace.test', ...headers }));
    expect(await from({ 'X-CSRF-Token': 'good' })).toBe(true);
    expect(await from({ 'X-CSRF-Token': 'bad' })).toBe(false);
    expect(await from({})).toBe(false);
    expect(await isOwnSite(request({ Origin: 'http://evil.test', 'X-CSRF-Token': 'good' }))).toBe(
      false,
    );
    expect(checkCsrfToken).toHaveBeenCalledTimes(2);
  });
});

describe('the API', () => {
  const { open } = useOwnedJobs();
  const ports = { isOwnSite: createOwnSiteCheck() };
  const EVIL = { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://evil.test' };
  const JSON_BODY = { 'Content-Type': 'application/json' };

  it('refuses another site what changes something, and does nothing of it', async () => {
    const opened = await open('memory', ports);
    const { url } = await makeJob(opened, 'running', {});
    const asked = [
      ['POST', '/api/trace/seed-resolve'],
      ['POST', '/api/trace/lineage'],
      ['POST', '/api/trace/events'],
      ['DELETE', url],
    ] as const;
    for (const [method, path] of asked) {
      const init = { method, headers: { ...JSON_BODY, ...EVIL } };
      const body = method === 'POST' ? JSON.stringify(events()) : undefined;
      const told = await readError(await opened.app.request(path, { ...init, body }));
      expect(told).toMatchObject({ status: 403, error: { code: 'CROSS_SITE_REQUEST' } });
      expect(told.error.message).toContain('X-CSRF-Token');
    }
    const status = await opened.app.request(url);
    expect(await status.json()).toMatchObject({ status: 'started' });
  });

  it('lets it ask for what changes nothing, which its page cannot read', async () => {
    const { app } = await open('memory', ports);
    for (const method of ['GET', 'HEAD']) {
      expect((await app.request('/healthz', { method, headers: EVIL })).status).toBe(200);
    }
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      const headers = { ...EVIL, 'Access-Control-Request-Method': 'POST' };
      const told = await app.request('/api/trace/events', { method, headers });
      const names = [...told.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(told.status, method).toBe(method === 'POST' ? 403 : 404);
    }
  });

  it('takes no body that a form of another site could send unasked', async () => {
    const { app } = await open('memory');
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''];
    types.push('application/jsonp', 'text/plain; application/json', 'application/json, text/plain');
    for (const path of ['seed-resolve', 'lineage', 'events']) {
      for (const type of types) {
        const answer = await app.request(`/api/trace/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': type },
          body: JSON.stringify(events()),
        });
        const told = await readError(answer);
        expect(told, type).toMatchObject({ status: 400, error: { code: 'INVALID_PARAMS' } });
      }
    }
  });
});
