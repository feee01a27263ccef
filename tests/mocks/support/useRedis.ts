import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createRedis } from '../../../mocks/adapters/redis/createRedis.js';
import {
  createRedisChunkStore,
  type RedisChunkStoreOptions,
} from '../../../mocks/adapters/redis/redisChunkStore.js';
import type { Log } from '../../../mocks/log.js';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from '../../../bench/startRedis.mjs';

/** Resolves at the next event; `once` of Node would reject at the errors before it. */
export function nextEvent(redis: Redis, name: 'ready' | 'close' | 'reconnecting'): Promise<void> {
  return new Promise((resolve) => void redis.once(name, () => resolve()));
}

/** A redis-server for a test file, and what is opened to it, closed after each test. */
export function useRedis(options: RedisServerOptions = {}) {
  let server: RedisServer;
  const closing: (() => void)[] = [];
  beforeAll(async () => void (server = await startRedisServer(options)));
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  afterAll(() => server.stop());

  async function open(log?: Log): Promise<Redis> {
    const redis = createRedis(server.url, log);
    closing.push(() => redis.disconnect());
    await nextEvent(redis, 'ready');
    return redis;
  }
  /** A store as a process of its own would open it. */
  async function openStore(more: Partial<RedisChunkStoreOptions> = {}) {
    const redis = more.redis ?? (await open(more.log));
    const keyPrefix = more.keyPrefix ?? randomUUID();
    const store = createRedisChunkStore({ ttlSeconds: 60, ...more, redis, keyPrefix });
    closing.push(() => store.close());
    return { store, redis, keyPrefix };
  }
  return {
    get server() {
      return server;
    },
    open,
    openStore,
  };
}
