import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { RateLimit, RateLimitedKind } from '../settings.js';
import { ApiError } from './ApiError.js';

interface Window {
  endsAt: number;
  requests: number;
}

/** Counts requests per client and kind in fixed windows, in memory. */
export function createRateLimiter(
  limits: Record<RateLimitedKind, RateLimit>,
  now: () => number = Date.now,
) {
  const windows = new Map<string, Window>();
  let nextSweep = 0;

  function sweep(time: number): void {
    if (time < nextSweep) return;
    nextSweep = time + 60_000;
    for (const [key, window] of windows) if (window.endsAt <= time) windows.delete(key);
  }

  return {
    /** @throws ApiError 429 with Retry-After where the client has used up its window */
    check(kind: RateLimitedKind, client: string): void {
      const { maxRequests, windowSeconds } = limits[kind];
      const time = now();
      sweep(time);
      const key = `${kind} ${client}`;
      let window = windows.get(key);
      if (!window || window.endsAt <= time) {
        window = { endsAt: time + windowSeconds * 1000, requests: 0 };
        windows.set(key, window);
      }
      if (++window.requests <= maxRequests) return;
      const seconds = Math.max(1, Math.ceil((window.endsAt - time) / 1000));
      throw new ApiError(
        429,
        SERVER_ERROR_CODES.tooManyRequests,
        `More than ${maxRequests} ${kind} requests in ${windowSeconds} s; try again in ${seconds} s.`,
        { retry_after_seconds: seconds },
      );
    },
  };
}

export type RateLimiter = ReturnType<typeof createRateLimiter>;
