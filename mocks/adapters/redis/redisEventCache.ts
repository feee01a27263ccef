import type { Redis } from 'ioredis';
import type { EventCache, EventCacheOptions } from '../../cache/EventCache.js';
import { fromRedis } from './redisErrors.js';
import { runScript, script } from './scripts.js';

export interface RedisEventCacheOptions extends EventCacheOptions {
  redis: Redis;
  /** In front of every key. @default 'mes_wip' */
  keyPrefix?: string;
}

/**
 * Keeps ARGV[1] under KEYS[1] for ARGV[2] ms. KEYS[2] has all kept keys by the time of their end,
 * KEYS[3] their sizes and, under '', the sum; the first to end make room until the sum is at most
 * ARGV[3]. The SET stands first: a full Redis refuses a script at its first write only.
 */
const KEEP = script(`
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local function forget(key)
  local size = redis.call('HGET', KEYS[3], key)
  redis.call('ZREM', KEYS[2], key)
  redis.call('HDEL', KEYS[3], key)
  if size then redis.call('HINCRBY', KEYS[3], '', -size) end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do forget(key) end
forget(KEYS[1])
local sum = redis.call('HINCRBY', KEYS[3], '', #ARGV[1])
while sum > tonumber(ARGV[3]) do
  local key = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not key then break end
  redis.call('UNLINK', key)
  forget(key)
  sum = tonumber(redis.call('HGET', KEYS[3], ''))
end
redis.call('ZADD', KEYS[2], now + ARGV[2], KEYS[1])
redis.call('HSET', KEYS[3], KEYS[1], #ARGV[1])
for i = 2, 3 do
  if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[2]) then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end`);

/**
 * A cache in Redis, for all servers together. While Redis does not answer it has nothing; its calls
 * reject where Redis refuses them, as a full one does.
 *
 * @example
 * const cache = createRedisEventCache({ redis, maxBytes: 64 * 1024 * 1024 });
 * await cache.put('holds:1f2e', bytes, 180);
 */
export function createRedisEventCache(options: RedisEventCacheOptions): EventCache {
  const { redis, keyPrefix = 'mes_wip', maxBytes } = options;
  const nameOf = (key: string) => `${keyPrefix}:trace:cache:${key}`;
  const books = [`${keyPrefix}:trace:cache-ends`, `${keyPrefix}:trace:cache-sizes`];
  // nobody waits for a server that is known to be gone
  const isThere = () => redis.status === 'ready';
  return {
    async get(key) {
      return isThere() ? fromRedis(redis.getBuffer(nameOf(key))) : null;
    },
    async put(key, value, ttlSeconds) {
      if (!isThere() || value.byteLength > maxBytes) return;
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      await runScript(redis, KEEP, [nameOf(key), ...books], [bytes, ttlSeconds * 1000, maxBytes]);
    },
  };
}
