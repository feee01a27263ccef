import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { giveSession } from '../../mocks/http/giveSession.js';
import { jobPath } from '../../src/protocol/index.js';
import { post } from './api/client.js';
import { events } from './support/ownedJobs.js';
import { type NginxServer, startNginx } from './support/nginxServer.js';
import { type BackendProcess, startProcess } from './support/processes.js';

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

let server: BackendProcess;
let nginx: NginxServer | undefined;
beforeAll(async () => {
  server = await startProcess('server', {
    TRUST_PROXY: '1',
    TRACE_SYNTHETIC_CONTAINERS: '400',
    TRACE_ASYNC_CID_THRESHOLD: '10',
  });
});
afterAll(() => server.close());
afterEach(async () => {
  await nginx?.stop();
  nginx = undefined;
});

const sessionOf = (response: Response) =>
  /^session=([^;]*)/.exec(response.headers.get('Set-Cookie') ?? '')?.[1];

describe('the page of the built server', () => {
  it('comes with a policy that lets in nothing unsafe, and is in no frame', async () => {
    const page = await server.request('/');
    expect(Object.fromEntries(page.headers)).toMatchObject(SECURITY);
    const policy = page.headers.get('Content-Security-Policy')!;
    expect(policy).not.toMatch(/unsafe|\*|https?:|blob:/);
    expect(policy).toMatch(/^default-src 'none';/);
    // none of these falls back on default-src
    for (const name of ['base-uri', 'form-action', 'frame-ancestors']) {
      expect(policy).toContain(`; ${name} 'none'`);
    }
    expect(page.headers.get('Permissions-Policy')).toContain('camera=()');
  });

  it('brings a session to a browser that has none, another one to each', async () => {
    const sessions = new Set<string | undefined>();
    for (const path of ['/', '/', '/index.html']) {
      const page = await server.request(path);
      const cookie = page.headers.get('Set-Cookie')!;
      expect(cookie).toMatch(/^session=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
      expect(page.headers.get('Cache-Control')).toBe('no-store');
      sessions.add(sessionOf(page));
    }
    expect(sessions.size).toBe(3);
    // what is no page may be asked for by who keeps no cookies
    expect((await server.request('/nothing.js')).headers.get('Set-Cookie')).toBeNull();
  });

  it('leaves the session that there is', async () => {
    for (const header of [
      ['Cookie', 'session=mine'],
      ['Authorization', 'Bearer mine'],
    ] as const) {
      const page = await server.request('/', { headers: [[...header]] });
      expect(page.headers.get('Set-Cookie')).toBeNull();
    }
  });

  it('sends the session over TLS alone where a trusted proxy speaks it', async () => {
    const headers = { 'X-Forwarded-Proto': 'https' };
    const page = await server.request('/', { headers });
    expect(page.headers.get('Set-Cookie')).toMatch(/; Secure$/);
    const untrusting = new Hono()
      .use(giveSession({ sessionCookie: 'session', trustedProxies: 0 }))
      .get('/', (c) => c.html('<p>'));
    const direct = await untrusting.request('/', { headers });
    expect(direct.headers.get('Set-Cookie')).not.toContain('Secure');
  });

  it('makes its jobs the session’s own, and a job without one nobody’s', async () => {
    const session = sessionOf(await server.request('/'))!;
    const headers = { Cookie: `session=${session}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify(events(50));
    const ask = { method: 'POST', headers, body };
    const made = await server.request('/api/trace/events', ask);
    const { status_url: url } = (await made.json()) as { status_url: string };
    expect((await server.request(url, { headers: { Cookie: `session=${session}` } })).status).toBe(
      200,
    );
    expect((await server.request(url)).status).toBe(404);
    const open = await post(server, '/api/trace/events', events(50));
    expect(open.headers.get('Set-Cookie')).toBeNull();
    const { status_url: openUrl } = (await open.json()) as { status_url: string };
    expect((await server.request(openUrl)).status).toBe(200);
  });
});

describe('an answer of the API', () => {
  it('is no page, is kept by nobody, gives no session and opens nothing to other sites', async () => {
    for (const path of [jobPath('nobody'), '/api/nothing', '/healthz', '/metrics']) {
      const headers = { Origin: 'http://evil.test' };
      const answer = await server.request(path, { headers });
      expect(Object.fromEntries(answer.headers), path).toMatchObject({
        ...SECURITY,
        'content-security-policy': DATA_POLICY,
      });
      if (path.startsWith('/api')) expect(answer.headers.get('Cache-Control')).toBe('no-store');
      const names = [...answer.headers.keys()];
      expect(names.filter((name) => /^(access-control|set-cookie)/.test(name))).toEqual([]);
    }
  });

  it('refuses another site what changes something', async () => {
    const from = (headers: Record<string, string>) =>
      server.request(jobPath('nobody'), { method: 'DELETE', headers });
    expect((await from({ Origin: 'http://evil.test' })).status).toBe(403);
    expect((await from({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await from({ Origin: server.url.origin })).status).toBe(404);
    expect((await from({})).status).toBe(404);
  });
});

describe('nginx in front', () => {
  it('drops and doubles no header, and hands on which host was asked', async () => {
    nginx = await startNginx(server.url);
    for (const path of ['/', jobPath('nobody'), `${jobPath('nobody')}/stream`]) {
      const [direct, passed] = await Promise.all(
        [server.url, nginx.url].map(async (url) => (await fetch(new URL(path, url))).headers),
      );
      for (const name of [...Object.keys(SECURITY), 'content-security-policy', 'cache-control']) {
        expect(passed!.get(name), `${path} ${name}`).toBe(direct!.get(name));
        expect(passed!.get(name)).not.toBeNull();
      }
    }
    const remove = (origin: string) =>
      fetch(new URL(jobPath('nobody'), nginx!.url), {
        method: 'DELETE',
        headers: { Origin: origin, 'X-Forwarded-Host': 'evil.test' },
      });
    expect((await remove(nginx.url.origin)).status).toBe(404);
    expect((await remove('http://evil.test')).status).toBe(403);
  });
});
