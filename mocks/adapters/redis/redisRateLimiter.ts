import type { Redis } from 'ioredis';
import { createRateLimiter, type RateLimiter, tooManyRequests } from '../../http/rateLimiter.js';
import type { Log } from '../../log.js';
import type { RateLimit, RateLimitedKind } from '../../settings.js';
import { COUNT, runScript } from './scripts.js';

export interface RedisRateLimiterOptions {
  redis: Redis;
  /** In front of every key. @default 'mes_wip' */
  keyPrefix?: string;
  limits: Record<RateLimitedKind, RateLimit>;
  log?: Log;
}

/**
 * A limiter that counts in Redis, for all servers together. While Redis does not answer each server
 * counts by itself: what can be answered without Redis stays open.
 *
 * @example
 * const limiter = createRedisRateLimiter({ redis, limits: DEFAULT_SETTINGS.rateLimits });
 * await limiter.check('events', '203.0.113.7');
 */
export function createRedisRateLimiter(options: RedisRateLimiterOptions): RateLimiter {
  const { redis, keyPrefix = 'mes_wip', limits, log = () => undefined } = options;
  const alone = createRateLimiter(limits);

  async function count(key: string, windowMs: number): Promise<[number, number] | null> {
    // nobody waits for a server that is known to be gone
    if (redis.status !== 'ready') return null;
    try {
      return (await runScript(redis, COUNT, [key], [windowMs])) as [number, number];
    } catch (error) {
      const { message } = error as Error;
      log('warning', 'Redis could not count a request.', { error: message });
      return null;
    }
  }

  return {
    async check(kind, client, times = 1) {
      const limit = limits[kind];
      const key = `${keyPrefix}:trace:limit:${kind}:${client}`;
      const counted = await count(key, limit.windowSeconds * 1000);
      if (!counted) return alone.check(kind, client, times);
      const [requests, leftMs] = counted;
      if (requests > limit.maxRequests * times) throw tooManyRequests(limit, kind, leftMs);
    },
  };
}
