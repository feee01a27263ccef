import { clientOfName } from './client.js';
import type { RateLimiter } from './rateLimiter.js';

/**
 * A limiter that takes clients by their names: a session is a client, and so is an address without
 * one. A session is whatever somebody says of himself, so all sessions of an address have a limit
 * together, `sessionsPerAddress` times that of one. What a session is refused does not count for
 * its address: who asks too often uses up nobody else's requests.
 */
export function limitClients(limiter: RateLimiter, sessionsPerAddress: number): RateLimiter {
  return {
    async check(kind, name) {
      const { session, address } = clientOfName(name);
      if (session === undefined) return limiter.check(kind, address);
      await limiter.check(kind, `session:${session}`);
      await limiter.check(kind, `sessions:${address}`, sessionsPerAddress);
    },
  };
}
