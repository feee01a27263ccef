import { parseRetryAfter } from '../protocol/errorAnswer.js';
import { HttpError } from '../protocol/HttpError.js';
import { isJobDead, isJobFinished, type JobStatus } from '../protocol/index.js';
import type { SendOptions } from '../stream/sendRequest.js';
import { delay } from './delay.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { JobFailedError } from './errors/JobFailedError.js';
import { JobNotFoundError } from './errors/JobNotFoundError.js';
import { PollTimeoutError } from './errors/PollTimeoutError.js';
import { requestJson, type JsonAnswer } from './requestJson.js';
import { createRetryPolicy, type RetryOptions } from './retryPolicy.js';

export interface PollOptions extends SendOptions, RetryOptions {
  /** Wait between two polls, ms, or a function of the last status. @default 3000 */
  intervalMs?: number | ((status: JobStatus) => number);
  /** Time for the job to finish, ms; while the machine sleeps it stands still. @default 1800000 (30 min) */
  timeoutMs?: number;
  /** Time for one poll, ms. @default 15000 */
  requestTimeoutMs?: number;
  /** Told of each status, the last one included. */
  onStatus?: (status: JobStatus) => void;
  /** Milliseconds since any moment. @default Date.now */
  now?: () => number;
  /** Waits; must reject with the signal's reason when it aborts. @default setTimeout */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const DEFAULT_INTERVAL_MS = 3000;
/** A status is some hundred bytes; a page shows it again and again. */
const MOST_STATUS_BYTES = 1024 * 1024;

/**
 * Polls a job until its result can be read, and resolves with its last status. One poll at a time;
 * single failures (network, 5xx, 429, an answer that is no status) are waited out, `Retry-After` is
 * honoured.
 *
 * Rejects with `JobFailedError` (failed, abandoned, cancelled), `JobNotFoundError` (404),
 * `PollTimeoutError`, `RetriesExhaustedError` (an outage), `HttpError` (any other refusal), the signal's
 * reason, or TypeError for wrong arguments.
 *
 * @example
 * const job = await pollJobUntilComplete(accepted.status_url, {
 *   intervalMs: (status) => (status.status === 'queued' ? 5000 : 2000),
 *   onStatus: (status) => console.log(status.pct),
 * });
 */
export async function pollJobUntilComplete(
  statusUrl: string,
  options: PollOptions = {},
): Promise<JobStatus> {
  checkArguments(statusUrl, options);
  const { timeoutMs = 1_800_000, now = Date.now, sleep = delay, signal } = options;
  let deadline = now() + timeoutMs;
  const retry = createRetryPolicy(statusUrl, options);
  let last: JobStatus | null = null;
  let failure: unknown;
  for (;;) {
    signal?.throwIfAborted();
    const outcome = await poll(statusUrl, options);
    let waitMs: number;
    if (outcome.ok) {
      retry.succeeded();
      failure = undefined;
      last = outcome.status;
      options.onStatus?.(last);
      if (isJobFinished(last.status)) return last;
      if (isJobDead(last.status)) throw new JobFailedError(statusUrl, last);
      waitMs = Math.max(intervalAfter(last, options), outcome.retryAfterMs);
    } else {
      failure = outcome.error;
      waitMs = retry.waitAfter(
        failure,
        last === null ? baseInterval(options) : intervalAfter(last, options),
      );
    }
    const leftMs = deadline - now();
    const wantedMs = Math.max(0, Math.min(waitMs, leftMs));
    const before = now();
    await sleep(wantedMs, signal);
    // a machine that slept did not wait for the job
    deadline += Math.max(0, now() - before - wantedMs);
    if (waitMs >= leftMs) throw new PollTimeoutError(statusUrl, timeoutMs, last, failure);
  }
}

type PollOutcome =
  { ok: true; status: JobStatus; retryAfterMs: number } | { ok: false; error: unknown };

async function poll(url: string, options: PollOptions): Promise<PollOutcome> {
  const { headers, signal, fetch, requestTimeoutMs = 15_000 } = options;
  try {
    const limits = { timeoutMs: requestTimeoutMs, maxBytes: MOST_STATUS_BYTES };
    const answer = await requestJson(url, { headers, signal, fetch, ...limits });
    const header = answer.headers.get('Retry-After');
    const retryAfterMs = parseRetryAfter(header, Date.now()) ?? 0;
    return { ok: true, status: toJobStatus(url, answer), retryAfterMs };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof HttpError && error.status === 404) throw new JobNotFoundError(url, error);
    return { ok: false, error };
  }
}

function toJobStatus(url: string, { status, body }: JsonAnswer): JobStatus {
  if (typeof body.status === 'string') return body as unknown as JobStatus;
  throw new InvalidAnswerError({ url, status, reason: 'answered no job status' });
}

function baseInterval({ intervalMs }: PollOptions): number {
  return typeof intervalMs === 'number' ? intervalMs : DEFAULT_INTERVAL_MS;
}

function intervalAfter(status: JobStatus, options: PollOptions): number {
  if (typeof options.intervalMs !== 'function') return baseInterval(options);
  const intervalMs = options.intervalMs(status);
  checkMs('the result of intervalMs', intervalMs);
  return intervalMs;
}

function checkArguments(statusUrl: unknown, options: PollOptions): void {
  if (typeof statusUrl !== 'string' || statusUrl === '') {
    throw new TypeError('pollJobUntilComplete: statusUrl must be a text that is not empty.');
  }
  const { intervalMs, timeoutMs, requestTimeoutMs, maxFailures } = options;
  if (typeof intervalMs !== 'function') checkMs('intervalMs', intervalMs);
  checkMs('timeoutMs', timeoutMs);
  checkMs('requestTimeoutMs', requestTimeoutMs);
  if (maxFailures !== undefined && !(maxFailures >= 1)) {
    throw new TypeError('pollJobUntilComplete: maxFailures must be 1 or more.');
  }
}

function checkMs(name: string, value: number | undefined): void {
  if (value !== undefined && !(typeof value === 'number' && value >= 0)) {
    throw new TypeError(
      `pollJobUntilComplete: ${name} must be a number of milliseconds, 0 or more.`,
    );
  }
}
