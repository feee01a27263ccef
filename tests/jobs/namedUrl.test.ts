import { afterEach, describe, expect, it, vi } from 'vitest';
import { requestEvents } from '../../src/jobs/requestEvents.js';
import { resolveSeeds } from '../../src/jobs/resolveSeeds.js';
import { isSameServer, namedUrl } from '../../src/jobs/urls.js';
import { fakeFetch, json, rejection } from '../stream/bodies.js';

const ASKED = 'https://dash.example/api/trace/events';
const named = (url: string, askedUrl = ASKED, baseUrl = 'https://dash.example') =>
  namedUrl({ askedUrl, baseUrl, field: 'stream_url' }, url);

const FOREIGN = [
  'https://evil.example/s',
  'http://dash.example/s',
  'https://dash.example:8443/s',
  'https://dash.example@evil.example/s',
  '//evil.example/s',
  '/\\evil.example/s',
  '\\\\evil.example/s',
  '/\t/evil.example/s',
  'javascript:alert(1)',
  'data:application/x-ndjson,{}',
  'blob:https://dash.example/5f1c',
  'https://',
];

afterEach(() => vi.unstubAllGlobals());

describe('an address that an answer names', () => {
  it.each(['/j/1', '/j/1?x=https://evil.example', 'https://dash.example/j/1'])(
    'is taken where it is of the server that was asked: %s',
    (url) => {
      expect(new URL(named(url)).host).toBe('dash.example');
    },
  );

  it('is taken to the letter where it is a path of the page', () => {
    expect(named('/j/1', '/api/trace/events', '')).toBe('/j/1');
  });

  it.each(FOREIGN)('is never asked where a page has no base and it is %j', (url) => {
    // what a browser would make of it
    const asked = (text: string) => new URL(text, 'http://nowhere.invalid').host;
    const result = () => asked(named(url, '/api/trace/events', ''));
    try {
      expect(result()).toBe('nowhere.invalid');
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_ANSWER', url: '/api/trace/events' });
    }
  });

  it.each(FOREIGN)('never leads to another server: %j', (url) => {
    let result: string | null = null;
    try {
      result = named(url);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_ANSWER', url: ASKED });
    }
    if (result !== null) expect(new URL(result).origin).toBe('https://dash.example');
  });

  it.each(['javascript:alert(1)', 'data:,x', 'blob:https://dash.example/5f1c', 'file:///etc'])(
    'is of no server where it is none of one: %s',
    (url) => {
      expect(isSameServer(url, url)).toBe(false);
    },
  );

  it('is of no server beyond the length that servers take', () => {
    const path = (length: number) => '/'.padEnd(length, 'x');
    expect(isSameServer(path(8_192), ASKED)).toBe(false);
    expect(isSameServer(path(8_192), '/')).toBe(true);
    expect(isSameServer(path(8_193), '/')).toBe(false);
  });

  it('is one path as another in a page without an origin', () => {
    vi.stubGlobal('location', { origin: 'null' });
    expect(isSameServer('/j/1', '/api')).toBe(true);
    expect(isSameServer('https://evil.example/', '/api')).toBe(false);
  });

  it.each(['@evil.example/s', '.evil.example/s', ':8443/s'])(
    'does not become part of the host: %s',
    (url) => {
      expect(() => named(url)).toThrow('another server');
    },
  );

  const input = {
    profile: 'query_tool' as const,
    params: {},
    domains: [],
    seedIds: [],
    containerIds: new Blob(['[]']),
  };

  it.each(['status_url', 'stream_url'])('of the events stage is held to it: %s', async (field) => {
    const body = {
      status_url: '/j/1',
      stream_url: '/j/1/stream',
      [field]: 'https://evil.example/',
    };
    const { fetch, calls } = fakeFetch(() => json(body, { status: 202 }));
    const headers = { 'X-CSRF-Token': 'secret' };
    const options = { baseUrl: 'https://dash.example', fetch, headers };
    expect(await rejection(requestEvents(input, options))).toMatchObject({
      code: 'INVALID_ANSWER',
      message: expect.stringContaining(field),
    });
    expect(calls.map(({ url }) => url)).toEqual([ASKED]);
  });

  it('of an earlier stage is held to it, and no token goes there', async () => {
    const body = { status_url: 'https://evil.example/j' };
    const { fetch, calls } = fakeFetch(() => json(body, { status: 202 }));
    const options = { baseUrl: 'https://dash.example', fetch };
    const request = { profile: 'query_tool' as const, params: { values: ['W'] } };
    expect(await rejection(resolveSeeds(request, options))).toMatchObject({
      code: 'INVALID_ANSWER',
    });
    expect(calls).toHaveLength(1);
  });
});
