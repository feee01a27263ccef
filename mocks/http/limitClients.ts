import { countsOf } from './client.js';
import type { RateLimiter } from './rateLimiter.js';

/**
 * A limiter that takes clients by their names; see `countsOf`. What a session is refused does not
 * count for its address: who asks too often uses up nobody else's requests.
 */
export function limitClients(limiter: RateLimiter, sessionsPerAddress: number): RateLimiter {
  return {
    async check(kind, name) {
      for (const { key, times } of countsOf(name, sessionsPerAddress)) {
        await limiter.check(kind, key, times);
      }
    },
  };
}
