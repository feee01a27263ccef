import type { Log } from '../../log.js';
import { createRedis } from './createRedis.js';
import { createRedisEventCache, type RedisEventCacheOptions } from './redisEventCache.js';

/** A cache in Redis over a connection of its own, once that is there or was refused. */
export async function openRedisEventCache(
  url: string,
  options: Omit<RedisEventCacheOptions, 'redis'>,
  log: Log,
) {
  const redis = createRedis(url, log);
  await new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('error', () => resolve());
  });
  const cache = createRedisEventCache({ ...options, redis });
  return { cache, close: () => redis.disconnect() };
}
