import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpError } from '../../src/protocol/HttpError.js';
import { parseRetryAfter } from '../../src/protocol/errorAnswer.js';
import { InvalidAnswerError } from '../../src/jobs/errors/InvalidAnswerError.js';
import { RequestTimeoutError } from '../../src/jobs/errors/RequestTimeoutError.js';
import { requestJson } from '../../src/jobs/requestJson.js';
import { NetworkError } from '../../src/stream/errors/NetworkError.js';
import {
  bytesOf,
  countingController,
  fakeFetch,
  json,
  rejection,
  trackedBody,
} from '../stream/bodies.js';

const URL_TEXT = 'https://dash.example/api/trace/lineage';

function request(answer: () => Response | Promise<Response>, options = {}) {
  const { fetch, calls } = fakeFetch(answer);
  return { calls, done: requestJson(URL_TEXT, { fetch, ...options }) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('requestJson', () => {
  it('sends JSON with the given headers', async () => {
    const headers = { 'X-CSRF-Token': 'abc' };
    const { calls, done } = request(() => json({}), { body: { values: ['型'] }, headers });
    await done;
    const init = calls[0]?.init;
    const sent = new Headers(init?.headers);
    expect([init?.method, init?.body]).toEqual(['POST', '{"values":["型"]}']);
    expect(sent.get('Content-Type')).toBe('application/json');
    expect(sent.get('X-CSRF-Token')).toBe('abc');
  });

  it('gets without a body and asks a function for the headers of each call', async () => {
    let token = 0;
    const { fetch, calls } = fakeFetch(() => json({}));
    const headers = () => ({ 'X-CSRF-Token': String((token += 1)) });
    await requestJson(URL_TEXT, { fetch, headers });
    await requestJson(URL_TEXT, { fetch, headers });
    const sent = calls.map(({ init }) => new Headers(init.headers));
    expect(calls[0]?.init.method).toBe('GET');
    expect(sent.map((each) => each.get('X-CSRF-Token'))).toEqual(['1', '2']);
    expect(sent[0]?.has('Content-Type')).toBe(false);
  });

  it.each([
    ['a bare object', { seeds: [] }],
    ['a wrapped object', { success: true, data: { seeds: [] }, meta: {} }],
  ])('unwraps %s', async (_, body) => {
    const answer = await request(() => json(body, { status: 202 })).done;
    expect(answer).toMatchObject({ status: 202, body: { seeds: [] }, nonFiniteNumbers: 0 });
  });

  it('takes bare NaN as null and counts it', async () => {
    const answer = await request(() => new Response('{"n":NaN}')).done;
    expect(answer).toMatchObject({ body: { n: null }, nonFiniteNumbers: 1 });
  });

  it.each([
    [{ success: false, error: { code: 'INVALID_PARAMS', message: 'No values.' }, meta: {} }],
    [{ error: { code: 'INVALID_PARAMS', message: 'No values.' }, status: 400 }],
    [{ error: 'No values.', code: 'INVALID_PARAMS' }],
  ])('reads the error answer %j', async (body) => {
    const error = await rejection(request(() => json(body, { status: 400 })).done);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({
      name: 'HttpError',
      code: 'HTTP_ERROR',
      url: URL_TEXT,
      status: 400,
      serverCode: 'INVALID_PARAMS',
      serverMessage: 'No values.',
      message: expect.stringContaining('400 (INVALID_PARAMS): No values.'),
    });
  });

  it('reads a refusal that is no JSON', async () => {
    const error = await rejection(request(() => new Response('<h1>', { status: 502 })).done);
    expect(error).toMatchObject({ status: 502, serverCode: undefined, serverMessage: undefined });
  });

  it('takes success: false for a refusal, whatever the status', async () => {
    const body = { success: false, error: { code: 'INTERNAL_ERROR', message: 'x' } };
    const error = await rejection(request(() => json(body)).done);
    expect(error).toMatchObject({ name: 'HttpError', status: 200, serverCode: 'INTERNAL_ERROR' });
  });

  it('reads the status of a job from a 409', async () => {
    const body = {
      success: false,
      error: { code: 'JOB_NOT_COMPLETE' },
      meta: { job_status: 'failed' },
    };
    const error = await rejection(request(() => json(body, { status: 409 })).done);
    expect(error).toMatchObject({ jobStatus: 'failed' });
  });

  it.each([
    ['the header', { 'Retry-After': '7' }, {}, 7000],
    ['the answer', {}, { retry_after_seconds: 12 }, 12_000],
    ['the header before the answer', { 'Retry-After': '7' }, { retry_after_seconds: 12 }, 7000],
    ['neither', {}, {}, undefined],
  ])('reads the wait of a 429 from %s', async (_, headers, meta, retryAfterMs) => {
    const refusal = () =>
      json({ error: 'slow down', meta }, { status: 429, headers: headers as HeadersInit });
    const error = (await rejection(request(refusal).done)) as HttpError;
    expect(error.retryAfterMs).toBe(retryAfterMs);
  });

  it.each([
    ['text/html', '<!doctype html><form>', 'login page'],
    ['application/json', '{"half":', 'not JSON'],
    ['application/json', '[1]', 'not an object'],
    ['application/json', '{"success":true,"data":[1]}', 'not an object'],
  ])('rejects a 200 of %s %s as no answer', async (type, text, message) => {
    const headers = { 'Content-Type': type };
    const error = await rejection(request(() => new Response(text, { headers })).done);
    expect(error).toBeInstanceOf(InvalidAnswerError);
    expect(error).toMatchObject({ code: 'INVALID_ANSWER', url: URL_TEXT, status: 200 });
    expect((error as Error).message).toContain(message);
  });

  it('tells a failed request and a body that breaks off with their cause', async () => {
    const cause = new TypeError('fetch failed');
    const failed = await rejection(request(() => Promise.reject(cause)).done);
    const body = () => trackedBody([bytesOf('{"a"')], cause).body;
    const broken = await rejection(request(() => new Response(body())).done);
    expect(failed).toBeInstanceOf(NetworkError);
    expect(failed).toMatchObject({ code: 'NETWORK_ERROR', cause });
    expect(broken).toMatchObject({ code: 'NETWORK_ERROR', cause });
  });

  it('rejects with the reason of an abort while the body comes, and cancels it', async () => {
    const tracked = trackedBody([bytesOf('{"a"')], 'hang');
    const { controller, signal, active } = countingController();
    const { done } = request(() => new Response(tracked.body), { signal });
    await vi.waitFor(() => expect(tracked.pulled()).toBe(1));
    controller.abort();
    expect(await rejection(done)).toBe(signal.reason);
    expect(tracked.cancelled).toEqual([signal.reason]);
    expect(active()).toBe(0);
  });

  it('rejects with the reason of an abort while the body of a refusal comes', async () => {
    const tracked = trackedBody([bytesOf('{"a"')], 'hang');
    const { controller, signal } = countingController();
    const { done } = request(() => new Response(tracked.body, { status: 500 }), { signal });
    await vi.waitFor(() => expect(tracked.pulled()).toBe(1));
    controller.abort();
    expect(await rejection(done)).toBe(signal.reason);
    expect(tracked.cancelled).toHaveLength(1);
  });

  it('gives up after its time, and cancels the body', async () => {
    vi.useFakeTimers();
    const tracked = trackedBody([bytesOf('{"a"')], 'hang');
    const { done } = request(() => new Response(tracked.body), { timeoutMs: 5000 });
    const failed = rejection(done);
    await vi.advanceTimersByTimeAsync(4999);
    expect(tracked.cancelled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    const error = await failed;
    expect(error).toBeInstanceOf(RequestTimeoutError);
    expect(error).toMatchObject({ code: 'REQUEST_TIMEOUT', timeoutMs: 5000, url: URL_TEXT });
    expect(tracked.cancelled).toHaveLength(1);
  });

  it('leaves neither timer nor listener behind', async () => {
    vi.useFakeTimers();
    const { signal, active, added } = countingController();
    await request(() => json({}), { signal }).done;
    expect(vi.getTimerCount()).toBe(0);
    expect(added()).toBeGreaterThan(0);
    expect(active()).toBe(0);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-02-25T08:00:00Z');
  it.each([
    ['3', 3000],
    ['0', 0],
    ['Wed, 25 Feb 2026 08:00:05 GMT', 5000],
    ['Wed, 25 Feb 2026 07:00:00 GMT', 0],
    ['-3', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %s as %s ms', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});
