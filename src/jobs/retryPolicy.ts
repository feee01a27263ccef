import { HttpError } from '../protocol/HttpError.js';
import { NetworkError } from '../stream/errors/NetworkError.js';
import { StreamInterruptedError } from '../stream/errors/StreamInterruptedError.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { RetriesExhaustedError } from './errors/RetriesExhaustedError.js';
import { RequestTimeoutError } from './errors/RequestTimeoutError.js';

/** An interval of 0 must not turn an outage into a hot loop. */
const MIN_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;

/** A 429 is no outage: the server is there, and names its price. It ends, but later. */
const RATE_LIMIT_PATIENCE = 4;

export interface RetryOptions {
  /** Failures in a row at which to give up; four times as many of status 429. @default 5 */
  maxFailures?: number;
  /** Spreads the waits of many pages; gives 0 to below 1. @default Math.random */
  random?: () => number;
}

/** Counts the failures in a row of one address. */
export interface RetryPolicy {
  succeeded(): void;
  /**
   * How long to wait after a failure, ms: doubled each time from `baseMs`, up to half of it by
   * chance, and never less than the server asks. Throws the error itself where another try makes no
   * sense, `RetriesExhaustedError` where there were too many.
   */
  waitAfter(error: unknown, baseMs: number): number;
}

export function createRetryPolicy(
  url: string,
  { maxFailures = 5, random = Math.random }: RetryOptions = {},
): RetryPolicy {
  let failures = 0;
  let refusals = 0;
  return {
    succeeded() {
      failures = 0;
      refusals = 0;
    },
    waitAfter(error, baseMs) {
      if (!isTransient(error)) throw error;
      if (error instanceof HttpError && error.status === 429) refusals += 1;
      else failures += 1;
      if (failures >= maxFailures || refusals >= maxFailures * RATE_LIMIT_PATIENCE) {
        throw new RetriesExhaustedError(url, failures + refusals, error);
      }
      const firstMs = Math.max(MIN_BACKOFF_MS, baseMs);
      const capMs = Math.min(MAX_BACKOFF_MS, firstMs * 2 ** (failures + refusals));
      const backoffMs = Math.max(firstMs, capMs / 2 + (random() * capMs) / 2);
      const askedMs = error instanceof HttpError ? (error.retryAfterMs ?? 0) : 0;
      return Math.max(askedMs, backoffMs);
    },
  };
}

/** Whether the same request may well succeed a moment later. */
function isTransient(error: unknown): boolean {
  if (error instanceof HttpError) {
    const { status } = error;
    return status < 300 || status === 408 || status === 429 || status >= 500;
  }
  return (
    error instanceof NetworkError ||
    error instanceof StreamInterruptedError ||
    error instanceof RequestTimeoutError ||
    error instanceof InvalidAnswerError
  );
}
