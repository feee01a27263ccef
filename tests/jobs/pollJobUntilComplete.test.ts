import { afterEach, describe, expect, it, vi } from 'vitest';
import { JobFailedError } from '../../src/jobs/errors/JobFailedError.js';
import { JobNotFoundError } from '../../src/jobs/errors/JobNotFoundError.js';
import { RetriesExhaustedError } from '../../src/jobs/errors/RetriesExhaustedError.js';
import { PollTimeoutError } from '../../src/jobs/errors/PollTimeoutError.js';
import { pollJobUntilComplete, type PollOptions } from '../../src/jobs/pollJobUntilComplete.js';
import { HttpError } from '../../src/protocol/HttpError.js';
import { countingController, fakeFetch, json, rejection } from '../stream/bodies.js';

const STATUS_URL = 'https://dash.example/api/trace/job/trace-evt-0123456789ab';
type Answer = Response | Error;

const job = (status: string, more = {}) => json({ job_id: 'trace-evt-1', status, ...more });
const refused = (status: number, headers = {}) => json({ error: 'no' }, { status, headers });

/** Polls answers in their order, the last one for ever, on a clock that only waits move. */
function poll(answers: (() => Answer)[], options: PollOptions = {}) {
  const waits: number[] = [];
  let clock = 0;
  let next = 0;
  const { fetch, calls } = fakeFetch(() => {
    const answer = (answers[next] ?? answers.at(-1))?.();
    next += 1;
    if (answer instanceof Response) return answer;
    throw answer;
  });
  const sleep = async (ms: number) => {
    waits.push(ms);
    clock += ms;
  };
  const done = pollJobUntilComplete(STATUS_URL, {
    fetch,
    sleep,
    now: () => clock,
    random: () => 0,
    ...options,
  });
  return { done, waits, calls, clock: () => clock };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('pollJobUntilComplete', () => {
  it.each(['finished', 'completed'])(
    'resolves with the status of a job that is %s',
    async (name) => {
      const { done, waits } = poll([() => job('queued'), () => job('started'), () => job(name)]);
      await expect(done).resolves.toMatchObject({ job_id: 'trace-evt-1', status: name });
      expect(waits).toEqual([3000, 3000]);
    },
  );

  it('tells each status, the last one included', async () => {
    const seen: string[] = [];
    const onStatus = ({ status }: { status: string }) => void seen.push(status);
    const answers = ['queued', 'running', 'unheard-of', 'finished'].map((name) => () => job(name));
    await poll(answers, { onStatus }).done;
    expect(seen).toEqual(['queued', 'running', 'unheard-of', 'finished']);
  });

  it('understands a wrapped status', async () => {
    const { done } = poll([() => json({ success: true, data: { status: 'finished' } })]);
    await expect(done).resolves.toEqual({ status: 'finished' });
  });

  it('waits as long as a number or a function of the status says', async () => {
    const answers = [() => job('queued'), () => job('started', { pct: 90 }), () => job('finished')];
    const fixed = poll(answers, { intervalMs: 500 });
    await fixed.done;
    const byStatus = poll(answers, { intervalMs: ({ pct }) => (pct === 90 ? 200 : 900) });
    await byStatus.done;
    expect([fixed.waits, byStatus.waits]).toEqual([
      [500, 500],
      [900, 200],
    ]);
  });

  it('never has two requests under way', async () => {
    let open = 0;
    let most = 0;
    let polls = 0;
    const { fetch } = fakeFetch(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      polls += 1;
      return job(polls < 4 ? 'started' : 'finished');
    });
    await pollJobUntilComplete(STATUS_URL, { fetch, sleep: async () => undefined });
    expect([polls, most]).toEqual([4, 1]);
  });

  it.each([
    ['failed', 'ORA-01555'],
    ['abandoned', null],
    ['cancelled', null],
  ])('stops at a job that is %s', async (status, reason) => {
    const seen = vi.fn();
    const { done, waits } = poll([() => job(status, { error: reason })], { onStatus: seen });
    const error = await rejection(done);
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({
      code: 'JOB_FAILED',
      jobId: 'trace-evt-1',
      jobStatus: status,
      jobError: reason,
      message: expect.stringContaining(reason ?? status),
    });
    expect(seen).toHaveBeenCalledTimes(1);
    expect(waits).toEqual([]);
  });

  it('stops at 404', async () => {
    const gone = () => json({ error: 'gone', code: 'JOB_NOT_FOUND' }, { status: 404 });
    const error = await rejection(poll([() => job('started'), gone]).done);
    expect(error).toBeInstanceOf(JobNotFoundError);
    expect(error).toMatchObject({
      code: 'JOB_NOT_FOUND',
      serverCode: 'JOB_NOT_FOUND',
      status: 404,
    });
  });

  it.each([400, 401, 403, 410])('stops at %i without another try', async (status) => {
    const { done, calls } = poll([() => refused(status)]);
    expect(await rejection(done)).toMatchObject({ name: 'HttpError', status });
    expect(calls).toHaveLength(1);
  });

  it('passes on what onStatus throws, without another poll', async () => {
    const thrown = new Error('unmounted');
    const onStatus = () => {
      throw thrown;
    };
    const { done, calls } = poll([() => job('started')], { onStatus });
    expect(await rejection(done)).toBe(thrown);
    expect(calls).toHaveLength(1);
  });
});

describe('pollJobUntilComplete through failures', () => {
  const offline = () => new TypeError('fetch failed');
  const page = () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } });

  it.each([
    ['a lost connection', offline],
    ['408', () => refused(408)],
    ['429', () => refused(429)],
    ['500', () => refused(500)],
    ['502', () => refused(502)],
    ['a login page', page],
    ['a 200 without a status', () => json({ ok: true })],
    ['a 200 that refuses', () => json({ success: false, error: 'busy' })],
  ])('survives %s', async (_, failure) => {
    const { done } = poll([failure, failure, () => job('finished')]);
    await expect(done).resolves.toMatchObject({ status: 'finished' });
  });

  it('waits longer after each failure, up to half of it by chance', async () => {
    const answers = [offline, offline, offline, offline, () => job('finished')];
    const least = poll(answers, { random: () => 0 });
    const most = poll(answers, { random: () => 1 });
    await Promise.all([least.done, most.done]);
    expect(least.waits).toEqual([3000, 6000, 12_000, 15_000]);
    expect(most.waits).toEqual([6000, 12_000, 24_000, 30_000]);
  });

  it('begins to count anew after a poll that succeeded', async () => {
    const answers = [offline, offline, () => job('started'), offline, () => job('finished')];
    const { done, waits } = poll(answers, { maxFailures: 3 });
    await done;
    expect(waits).toEqual([3000, 6000, 3000, 3000]);
  });

  it('gives up after five failures in a row, with the last of them as the cause', async () => {
    const { done, calls } = poll([offline, offline, offline, offline, () => refused(503)]);
    const error = await rejection(done);
    expect(error).toBeInstanceOf(RetriesExhaustedError);
    expect(error).toMatchObject({ code: 'RETRIES_EXHAUSTED', failures: 5, cause: { status: 503 } });
    expect(calls).toHaveLength(5);
  });

  it('is more patient with a server that only limits it', async () => {
    const { done, calls } = poll([() => refused(429)], { maxFailures: 2 });
    expect(await rejection(done)).toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      cause: { status: 429 },
    });
    expect(calls).toHaveLength(8);
  });

  it.each([
    ['a 429', refused(429, { 'Retry-After': '42' })],
    ['a 503', refused(503, { 'Retry-After': '42' })],
    ['a status', job('started')],
  ])('waits as long as the Retry-After of %s asks', async (_, response) => {
    const headers = { 'Content-Type': 'application/json', 'Retry-After': '42' };
    const text = await response.text();
    const answer = () => new Response(text, { status: response.status, headers });
    const { done, waits } = poll([answer, () => job('finished')]);
    await done;
    expect(waits).toEqual([42_000]);
  });
});

describe('the end of the waiting', () => {
  it('comes after 30 minutes, with the last status', async () => {
    const { done, clock } = poll([() => job('started')]);
    const error = await rejection(done);
    expect(error).toBeInstanceOf(PollTimeoutError);
    expect(error).toMatchObject({
      code: 'POLL_TIMEOUT',
      timeoutMs: 1_800_000,
      lastStatus: { status: 'started' },
    });
    expect(clock()).toBe(1_800_000);
  });

  it('comes in time, though the server asks to wait for longer', async () => {
    const answers = [() => refused(429, { 'Retry-After': '999999' })];
    const { done, clock } = poll(answers, { timeoutMs: 60_000 });
    expect(await rejection(done)).toMatchObject({ code: 'POLL_TIMEOUT', cause: { status: 429 } });
    expect(clock()).toBe(60_000);
  });

  it('comes at an abort in the middle of a wait, and leaves nothing behind', async () => {
    vi.useFakeTimers();
    const { controller, signal, active, added } = countingController();
    const { fetch, calls } = fakeFetch(() => job('started'));
    const done = rejection(pollJobUntilComplete(STATUS_URL, { fetch, signal }));
    await vi.advanceTimersByTimeAsync(7000);
    expect(calls).toHaveLength(3);
    controller.abort();
    expect(await done).toBe(signal.reason);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(3);
    expect(added()).toBeGreaterThan(3);
    expect([active(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('comes at an abort in the middle of a poll', async () => {
    const { controller, signal, active } = countingController();
    const { fetch, calls } = fakeFetch(() => new Promise(() => undefined));
    const done = rejection(pollJobUntilComplete(STATUS_URL, { fetch, signal }));
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    controller.abort();
    expect(await done).toBe(signal.reason);
    expect(active()).toBe(0);
  });

  it('passes on the reason of an abort, even where it looks like an answer', async () => {
    const { controller, signal } = countingController();
    const { fetch, calls } = fakeFetch(() => new Promise(() => undefined));
    const done = rejection(pollJobUntilComplete(STATUS_URL, { fetch, signal }));
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    const reason = new HttpError('/another', 404);
    controller.abort(reason);
    expect(await done).toBe(reason);
  });

  it('does not come with one poll that hangs: it is repeated after 15 seconds', async () => {
    vi.useFakeTimers();
    let polls = 0;
    const { fetch } = fakeFetch(() => {
      polls += 1;
      return polls === 1 ? new Promise(() => undefined) : job('finished');
    });
    const done = pollJobUntilComplete(STATUS_URL, { fetch, random: () => 0 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(polls).toBe(1);
    await vi.advanceTimersByTimeAsync(3000);
    await expect(done).resolves.toMatchObject({ status: 'finished' });
  });

  it('leaves no listener behind when the job is done', async () => {
    const { signal, active } = countingController();
    await poll([() => job('started'), () => job('finished')], { signal }).done;
    expect(active()).toBe(0);
  });
});

describe('wrong arguments of pollJobUntilComplete', () => {
  it.each([
    ['', {}],
    [STATUS_URL, { intervalMs: -1 }],
    [STATUS_URL, { timeoutMs: Number.NaN }],
    [STATUS_URL, { requestTimeoutMs: '15' }],
    [STATUS_URL, { maxFailures: 0 }],
  ])('are a TypeError before any request (%#)', async (url, options) => {
    const { fetch, calls } = fakeFetch(() => job('finished'));
    const wrong = { ...options, fetch } as PollOptions;
    expect(await rejection(pollJobUntilComplete(url, wrong))).toBeInstanceOf(TypeError);
    expect(calls).toEqual([]);
  });

  it('are a TypeError where intervalMs returns no wait', async () => {
    const { done } = poll([() => job('started')], { intervalMs: () => Number.NaN });
    expect(await rejection(done)).toBeInstanceOf(TypeError);
  });
});
