import { describe, expect, it } from 'vitest';
import { cancelJob } from '../../src/jobs/cancelJob.js';
import { bytesOf, fakeFetch, json, rejection, trackedBody } from '../stream/bodies.js';

const STATUS_URL = '/api/trace/job/trace-evt-1';

describe('cancelJob', () => {
  it('sends a DELETE that outlives the page, with its headers', async () => {
    const { fetch, calls } = fakeFetch(() => json({ status: 'cancelled' }, { status: 202 }));
    expect(await cancelJob(STATUS_URL, { fetch, headers: { 'X-CSRF-Token': 'abc' } })).toBe(true);
    expect(calls).toMatchObject([{ url: STATUS_URL, init: { method: 'DELETE', keepalive: true } }]);
    expect(new Headers(calls[0]?.init.headers).get('X-CSRF-Token')).toBe('abc');
  });

  it.each([404, 405, 501])('resolves with false at %i, and cancels the body', async (status) => {
    const tracked = trackedBody([bytesOf('no')], 'hang');
    const { fetch } = fakeFetch(() => new Response(tracked.body, { status }));
    expect(await cancelJob(STATUS_URL, { fetch })).toBe(false);
    expect(tracked.cancelled).toHaveLength(1);
  });

  it('rejects with any other refusal', async () => {
    const { fetch } = fakeFetch(() => json({ error: 'no token' }, { status: 403 }));
    expect(await rejection(cancelJob(STATUS_URL, { fetch }))).toMatchObject({
      name: 'HttpError',
      status: 403,
    });
  });

  it('rejects wrong arguments with a TypeError', async () => {
    expect(await rejection(cancelJob(''))).toBeInstanceOf(TypeError);
  });
});
