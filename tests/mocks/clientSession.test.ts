import { describe, expect, it } from 'vitest';
import { createTraceApp } from '../../mocks/app.js';
import { clientName, clientOfName, namedSession } from '../../mocks/http/client.js';
import { limitClients } from '../../mocks/http/limitClients.js';
import { createRateLimiter } from '../../mocks/http/rateLimiter.js';
import { checkClientRoom } from '../../mocks/jobs/checkClientRoom.js';
import { QueueLimitError } from '../../mocks/jobs/QueueLimitError.js';
import { createClientOf } from '../../mocks/nodeEnvironment.js';
import { DEFAULT_SETTINGS } from '../../mocks/settings.js';
import { createTestBackend } from './api/backend.js';

const limit = { maxRequests: 2, windowSeconds: 60 };
const limits = { seed: limit, lineage: limit, events: limit, job: limit };
const createLimiter = (sessionsPerAddress = 3) =>
  limitClients(
    createRateLimiter(limits, () => 0),
    sessionsPerAddress,
  );

describe('the session that a request names', () => {
  it('is the cookie of that name, else a bearer token', () => {
    expect(namedSession('a=1; session=abc; b=2', 'Bearer t', 'session')).toBe('abc');
    expect(namedSession('session=a=b; session=c', undefined, 'session')).toBe('a=b');
    expect(namedSession('xsession=abc; Session=d', 'Bearer t', 'session')).toBe('t');
    expect(namedSession('session=', 'bearer  t ', 'session')).toBe('t');
  });

  it('is none where neither is there', () => {
    for (const cookies of [undefined, '', 'session', 'sessionx', '=session', 'other=session']) {
      expect(namedSession(cookies, undefined, 'session')).toBeUndefined();
      expect(namedSession(cookies, 'Basic YTpi', 'session')).toBeUndefined();
      expect(namedSession(cookies, 'Bearer ', 'session')).toBeUndefined();
    }
  });
});

describe('the name of a client', () => {
  it('tells session and address', () => {
    for (const client of [
      { address: '::1' },
      { address: 'fe80::1%eth0', session: 'x' },
      { address: '' },
      { address: 'a@b', session: 'x' },
    ]) {
      expect(clientOfName(clientName(client))).toEqual(client);
    }
  });

  it('has a digest of the session in place of it', () => {
    const clientOf = createClientOf(0, 'sid');
    const ask = (headers: Record<string, string>) =>
      clientOf({ incoming: { headers, socket: { remoteAddress: '10.0.0.9' } } });
    expect(ask({})).toBe('10.0.0.9');
    expect(ask({ cookie: 'session=secret' })).toBe('10.0.0.9');
    const name = ask({ cookie: 'sid=secret' });
    expect(name).toMatch(/^[\w-]{22}@10\.0\.0\.9$/);
    expect(name).not.toContain('secret');
    expect(ask({ authorization: 'Bearer secret' })).toBe(name);
    expect(ask({ cookie: 'sid=other' })).not.toBe(name);
    const keyed = createClientOf(0, 'sid', 'key');
    const incoming = { headers: { cookie: 'sid=secret' }, socket: { remoteAddress: '10.0.0.9' } };
    expect(keyed({ incoming })).not.toBe(name);
  });
});

describe('limits of clients', () => {
  it('are a session’s own, whatever address it comes from', async () => {
    const limiter = createLimiter();
    await limiter.check('seed', 'a@10.0.0.1');
    await limiter.check('seed', 'a@10.0.0.2');
    await expect(limiter.check('seed', 'a@10.0.0.3')).rejects.toMatchObject({ status: 429 });
    await limiter.check('seed', 'b@10.0.0.1');
    await limiter.check('lineage', 'a@10.0.0.1');
  });

  it('are the address’s where there is no session, sessions beside it or not', async () => {
    const limiter = createLimiter();
    for (const name of ['a@::1', 'b@::1', '::1', '::1']) await limiter.check('job', name);
    await expect(limiter.check('job', '::1')).rejects.toMatchObject({ status: 429 });
    await limiter.check('job', '::2');
  });

  it('let no address through that makes up a session for each request', async () => {
    const limiter = createLimiter();
    for (let i = 0; i < 6; i++) await limiter.check('events', `made-up-${i}@::1`);
    await expect(limiter.check('events', 'made-up-7@::1')).rejects.toMatchObject({
      status: 429,
      meta: { retry_after_seconds: 60 },
    });
    await limiter.check('events', 'someone@::2');
  });

  it('do not count for the address what a session is refused', async () => {
    const limiter = createLimiter(2);
    for (let i = 0; i < 10; i++) await limiter.check('job', 'hasty@::1').catch(() => undefined);
    await limiter.check('job', 'patient@::1');
    await limiter.check('job', 'patient@::1');
  });

  it('hold in the app, which knows clients by their names', async () => {
    const { source, store, settings } = createTestBackend({ withQueue: false });
    const names = ['a@::1', 'b@::1', 'c@::1', 'd@::1'];
    const app = createTraceApp({
      source,
      store,
      queue: null,
      settings: { ...settings, rateLimits: limits, sessionsPerAddress: 1 },
      clientOf: () => names.shift()!,
    });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await app.request('/api/trace/job/x')).status);
    expect(statuses).toEqual([404, 404, 429]);
  });
});

describe('room in the queue', () => {
  const room = { maxPerClient: 2, sessionsPerAddress: 2 };
  const isRefused = (waiting: (string | null | undefined)[], client?: string) => {
    try {
      checkClientRoom(waiting, client, room);
      return false;
    } catch (error) {
      if (error instanceof QueueLimitError) return true;
      throw error;
    }
  };

  it('is each client’s own', () => {
    expect(isRefused(['::1', '::2', 'a@::1'], '::1')).toBe(false);
    expect(isRefused(['::1', '::1'], '::1')).toBe(true);
    expect(isRefused(['::1', '::1'], 'a@::1')).toBe(false);
    expect(isRefused(['a@::1', 'a@::2'], 'a@::3')).toBe(true);
    expect(isRefused(['a@::1', 'b@::1'], 'b@::1')).toBe(false);
  });

  it('is not to be had by made-up sessions', () => {
    expect(isRefused(['a@::1', 'b@::1', 'c@::1'], 'd@::1')).toBe(false);
    expect(isRefused(['a@::1', 'b@::1', 'c@::1', 'd@::1'], 'e@::1')).toBe(true);
    expect(isRefused(['a@::1', 'b@::1', 'c@::1', 'd@::2'], 'e@::1')).toBe(false);
    expect(isRefused(['::1', '::1', '::1', '::1'], 'e@::1')).toBe(false);
  });

  it('has no limit for who names no client', () => {
    expect(isRefused([undefined, null, '', ''], undefined)).toBe(false);
    expect(isRefused([undefined, null, '', ''], '::1')).toBe(false);
  });

  it('leaves room for others whatever one address asks for', () => {
    const { queueMaxPerClient, queueMaxWaiting, sessionsPerAddress } = DEFAULT_SETTINGS;
    // its sessions together, and the address itself
    expect(queueMaxPerClient * (sessionsPerAddress + 1)).toBeLessThan(queueMaxWaiting);
  });
});
