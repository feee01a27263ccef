import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { RateLimit, RateLimitedKind } from '../settings.js';
import { ApiError } from './ApiError.js';

/** Counts requests per client and kind in fixed windows. */
export interface RateLimiter {
  /**
   * Rejects with ApiError 429 and Retry-After where the client has used up its window.
   * @param times how often the limit may be used up @default 1
   */
  check(kind: RateLimitedKind, client: string, times?: number): Promise<void>;
}

interface Window {
  endsAt: number;
  requests: number;
}

/** The answer to one request too many, `leftMs` before the window ends. */
export function tooManyRequests(
  { maxRequests, windowSeconds }: RateLimit,
  kind: RateLimitedKind,
  leftMs: number,
): ApiError {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  return new ApiError(
    429,
    SERVER_ERROR_CODES.tooManyRequests,
    `More than ${maxRequests} ${kind} requests in ${windowSeconds} s; try again in ${seconds} s.`,
    { retry_after_seconds: seconds },
  );
}

/** A limiter that counts in this process's memory. */
export function createRateLimiter(
  limits: Record<RateLimitedKind, RateLimit>,
  now: () => number = Date.now,
): RateLimiter {
  const windows = new Map<string, Window>();
  let nextSweep = 0;

  function sweep(time: number): void {
    if (time < nextSweep) return;
    nextSweep = time + 60_000;
    for (const [key, window] of windows) if (window.endsAt <= time) windows.delete(key);
  }

  return {
    async check(kind, client, times = 1) {
      const { maxRequests, windowSeconds } = limits[kind];
      const time = now();
      sweep(time);
      const key = `${kind} ${client}`;
      let window = windows.get(key);
      if (!window || window.endsAt <= time) {
        window = { endsAt: time + windowSeconds * 1000, requests: 0 };
        windows.set(key, window);
      }
      if (++window.requests > maxRequests * times) {
        throw tooManyRequests(limits[kind], kind, window.endsAt - time);
      }
    },
  };
}
