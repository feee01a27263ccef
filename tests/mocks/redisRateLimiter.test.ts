import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedis } from '../../mocks/adapters/redis/createRedis.js';
import { createRedisRateLimiter } from '../../mocks/adapters/redis/redisRateLimiter.js';
import { createTraceApp } from '../../mocks/app.js';
import { createRateLimiter, type RateLimiter } from '../../mocks/http/rateLimiter.js';
import type { Log } from '../../mocks/log.js';
import { createTestBackend } from './api/backend.js';
import { readError } from './api/client.js';
import { type RedisServer, startRedisServer } from '../../bench/startRedis.mjs';
import { passSeconds } from './support/redisTime.js';
import { nextEvent } from './support/useRedis.js';

const limit = { maxRequests: 2, windowSeconds: 60 };
const limits = { seed: limit, lineage: limit, events: limit, job: limit };

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = createRedis(server.url);
  await nextEvent(redis, 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

interface LimiterUnderTest {
  limiter: RateLimiter;
  passSeconds(seconds: number): Promise<void>;
}
const ADAPTERS: Record<string, () => LimiterUnderTest> = {
  memory: () => {
    let time = 0;
    const limiter = createRateLimiter(limits, () => time);
    return { limiter, passSeconds: async (seconds) => void (time += seconds * 1000) };
  },
  Redis: () => ({
    limiter: createRedisRateLimiter({ redis, keyPrefix: randomUUID(), limits }),
    passSeconds: (seconds) => passSeconds(redis, seconds),
  }),
};

describe.each(Object.entries(ADAPTERS))('a rate limiter in %s', (_, create) => {
  it('counts each client and each kind of request in its own window', async () => {
    const { limiter, passSeconds } = create();
    await limiter.check('lineage', 'z');
    await passSeconds(10);
    await limiter.check('seed', 'a');
    await passSeconds(20.5);
    await limiter.check('seed', 'a');
    await limiter.check('seed', 'b');
    await limiter.check('job', 'a');
    await expect(limiter.check('seed', 'a')).rejects.toMatchObject({
      status: 429,
      meta: { retry_after_seconds: 40 },
    });
    await passSeconds(34.5);
    await limiter.check('lineage', 'z');
    await passSeconds(5);
    await limiter.check('seed', 'a');
  });
});

it.each(Object.entries(ADAPTERS))(
  'lets a limit be used up more often, in %s',
  async (_, create) => {
    const { limiter } = create();
    for (let i = 0; i < 6; i++) await limiter.check('seed', 'all', 3);
    await expect(limiter.check('seed', 'all', 3)).rejects.toMatchObject({ status: 429 });
  },
);

it('counts the requests of all servers together, under keys that expire', async () => {
  const keyPrefix = randomUUID();
  const [a, b] = [0, 1].map(() => createRedisRateLimiter({ redis, keyPrefix, limits }));
  await a!.check('job', '::1');
  await b!.check('job', '::1');
  await expect(a!.check('job', '::1')).rejects.toThrow('More than 2 job requests in 60 s');
  expect(await redis.keys(`${keyPrefix}*`)).toEqual([`${keyPrefix}:trace:limit:job:::1`]);
  const left = await redis.pttl(`${keyPrefix}:trace:limit:job:::1`);
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(60_000);
});

it('counts by itself while Redis refuses or is gone', async () => {
  const other = await startRedisServer();
  const lost = createRedis(other.url);
  await nextEvent(lost, 'ready');
  const warnings: string[] = [];
  const log: Log = (_level, _message, fields) => void warnings.push(String(fields?.error));
  const limiter = createRedisRateLimiter({ redis: lost, limits, log });
  await lost.config('SET', 'maxmemory', '1');
  await limiter.check('seed', 'a');
  expect(warnings).toEqual([expect.stringMatching(/^Redis is full/)]);
  const closed = nextEvent(lost, 'close');
  await other.stop();
  await closed;
  await limiter.check('seed', 'a');
  await expect(limiter.check('seed', 'a')).rejects.toThrow('More than 2 seed requests');
  expect(warnings).toHaveLength(1);
  lost.disconnect();
});

it('is asked by every route of the app but cancel', async () => {
  const { source, store, settings } = createTestBackend({ withQueue: false });
  const none = { maxRequests: 0, windowSeconds: 60 };
  const refusing = { seed: none, lineage: none, events: none, job: none };
  const rateLimiter = createRedisRateLimiter({ redis, limits: refusing });
  const app = createTraceApp({ source, store, queue: null, settings, rateLimiter });
  const job = '/api/trace/job/trace-evt-1';
  const posts = ['seed-resolve', 'lineage', 'events'].map((stage) => [
    `/api/trace/${stage}`,
    'POST',
  ]);
  const gets = [job, `${job}/result`, `${job}/stream`].map((path) => [path, 'GET']);
  for (const [path, method] of [...posts, ...gets]) {
    const answer = await readError(await app.request(path!, { method: method! }));
    expect(answer, path).toMatchObject({ status: 429, error: { code: 'TOO_MANY_REQUESTS' } });
  }
  expect((await app.request(job, { method: 'DELETE' })).status).toBe(404);
});
