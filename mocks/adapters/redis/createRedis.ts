import { Redis } from 'ioredis';
import type { Log } from '../../log.js';

/** No command waits longer for its answer, and a connection that owes one is given up after it, ms. */
const TIMEOUT_MS = 5_000;
const LONGEST_RETRY_MS = 1_000;
/** After so many attempts to connect, 2.5 s in all, the commands that wait for it are refused. */
const RETRIES_PER_COMMAND = 5;

/**
 * A connection to Redis that connects again by itself for as long as it is open. A restart that
 * takes a moment is waited for; commands that wait longer than 5 s reject. `log` is told once of
 * each loss and each return of the server.
 *
 * @example
 * const redis = createRedis('redis://127.0.0.1:6379');
 * const store = createRedisChunkStore({ redis, ttlSeconds: 3600 });
 */
export function createRedis(url: string, log: Log = () => undefined): Redis {
  const redis = new Redis(url, {
    commandTimeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: RETRIES_PER_COMMAND,
    retryStrategy: (attempt) => Math.min(100 * 2 ** (attempt - 1), LONGEST_RETRY_MS),
  });
  return watchConnection(redis, log);
}

/** Listens to the errors of a connection, which would else end the process or go to the console. */
export function watchConnection(redis: Redis, log: Log): Redis {
  let lost = false;
  redis.on('error', (error: Error) => {
    if (lost) return;
    lost = true;
    log('error', 'Redis cannot be reached; trying on.', { error: error.message });
  });
  redis.on('ready', () => {
    if (lost) log('info', 'Redis is back.');
    lost = false;
  });
  return redis;
}
