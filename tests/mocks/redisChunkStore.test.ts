import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { createRedis } from '../../mocks/adapters/redis/createRedis.js';
import { createRedisChunkStore } from '../../mocks/adapters/redis/redisChunkStore.js';
import { describeChunkStore } from './ports/chunkStoreSuite.js';
import { type RedisServer, startRedisServer } from './support/redisServer.js';
import { passSeconds } from './support/redisTime.js';

let server: RedisServer;
let redis: Redis;
const closers: (() => void)[] = [];
beforeAll(async () => {
  server = await startRedisServer();
  redis = createRedis(server.url);
});
afterAll(async () => {
  for (const close of closers) close();
  redis.disconnect();
  await server.stop();
});

describeChunkStore('the Redis adapter', async () => {
  const keyPrefix = randomUUID();
  const store = createRedisChunkStore({ redis, keyPrefix, ttlSeconds: 60 });
  closers.push(() => store.close());
  return { store, passSeconds: (seconds) => passSeconds(redis, seconds) };
});
