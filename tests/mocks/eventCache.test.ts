import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createRedisEventCache } from '../../mocks/adapters/redis/redisEventCache.js';
import { cacheEvents, type CacheEventsOptions } from '../../mocks/cache/cacheEvents.js';
import type { EventCache } from '../../mocks/cache/EventCache.js';
import { createMemoryEventCache } from '../../mocks/cache/memoryEventCache.js';
import type { RowBatch, TraceSource } from '../../mocks/ports.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';
import type { TraceDomain } from '../../src/protocol/index.js';
import { SOURCE } from './api/backend.js';
import { passSeconds } from './support/redisTime.js';
import { nextEvent, useRedis } from './support/useRedis.js';

const redisServer = useRedis();
const bytes = (length: number, value = 1) => new Uint8Array(length).fill(value);

interface CacheUnderTest {
  cache: EventCache;
  passSeconds(seconds: number): Promise<void>;
}
const ADAPTERS: Record<string, (maxBytes: number) => Promise<CacheUnderTest>> = {
  memory: async (maxBytes) => {
    let time = 0;
    const cache = createMemoryEventCache({ maxBytes, now: () => time });
    return { cache, passSeconds: async (seconds) => void (time += seconds * 1000) };
  },
  Redis: async (maxBytes) => {
    const redis = await redisServer.open();
    const cache = createRedisEventCache({ redis, keyPrefix: randomUUID(), maxBytes });
    return { cache, passSeconds: (seconds) => passSeconds(redis, seconds) };
  },
};

describe.each(Object.entries(ADAPTERS))('a cache in %s', (_, create) => {
  it('gives a value back until its time is over', async () => {
    const { cache, passSeconds } = await create(1000);
    await cache.put('a', bytes(10), 180);
    await cache.put('b', bytes(20), 300);
    await passSeconds(179.5);
    expect(await cache.get('a')).toHaveLength(10);
    await passSeconds(0.5);
    expect(await cache.get('a')).toBeNull();
    expect(await cache.get('b')).toHaveLength(20);
    await passSeconds(120);
    expect(await cache.get('b')).toBeNull();
    expect(await cache.get('never')).toBeNull();
  });

  it('holds no more than its bytes: the oldest makes room', async () => {
    const { cache } = await create(100);
    for (const key of ['a', 'b', 'c']) await cache.put(key, bytes(40), 300);
    expect(await cache.get('a')).toBeNull();
    expect(await cache.get('b')).toHaveLength(40);
    await cache.put('huge', bytes(101), 300);
    expect(await cache.get('huge')).toBeNull();
    expect(await cache.get('c')).toHaveLength(40);
    await cache.put('all', bytes(100), 300);
    expect(await cache.get('all')).toHaveLength(100);
    expect([await cache.get('b'), await cache.get('c')]).toEqual([null, null]);
  });

  it('counts a value that is put again once', async () => {
    const { cache } = await create(100);
    await cache.put('other', bytes(30), 300);
    for (let i = 0; i < 5; i++) await cache.put('a', bytes(60, i), 300);
    expect(new Uint8Array((await cache.get('a'))!)).toEqual(bytes(60, 4));
    expect(await cache.get('other')).toHaveLength(30);
  });
});

describe('the cache in Redis', () => {
  it('is one for all servers, and all of its keys expire', async () => {
    const keyPrefix = randomUUID();
    const redis: Redis = await redisServer.open();
    const options = { redis, keyPrefix, maxBytes: 1000 };
    await createRedisEventCache(options).put('holds:1', bytes(7), 180);
    expect(await createRedisEventCache(options).get('holds:1')).toHaveLength(7);
    const keys = (await redis.keys(`${keyPrefix}:*`)).sort();
    expect(keys).toEqual(
      ['cache-ends', 'cache-sizes', 'cache:holds:1'].map((name) => `${keyPrefix}:trace:${name}`),
    );
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });

  it('makes room again once its values have expired', async () => {
    const keyPrefix = randomUUID();
    const redis = await redisServer.open();
    const cache = createRedisEventCache({ redis, keyPrefix, maxBytes: 100 });
    await cache.put('a', bytes(90), 0.05);
    await vi.waitFor(async () => expect(await cache.get('a')).toBeNull());
    await cache.put('b', bytes(50), 300);
    await cache.put('c', bytes(50), 300);
    expect(await cache.get('b')).toHaveLength(50);
    expect(await redis.hget(`${keyPrefix}:trace:cache-sizes`, '')).toBe('100');
  });

  it('has nothing while Redis is gone, and keeps nothing while it is full', async () => {
    const redis = await redisServer.open();
    const cache = createRedisEventCache({ redis, keyPrefix: randomUUID(), maxBytes: 1000 });
    await cache.put('a', bytes(7), 300);
    await redis.config('SET', 'maxmemory', '1');
    await expect(cache.put('a', bytes(8), 300)).rejects.toThrow('Redis is full');
    await redis.config('SET', 'maxmemory', '0');
    expect(await cache.get('a')).toHaveLength(7);
    const closed = nextEvent(redis, 'close');
    redis.disconnect();
    await closed;
    expect(await cache.get('a')).toBeNull();
    await cache.put('a', bytes(7), 300);
  });
});

describe.each([
  ['compressed', nodeCompression],
  ['as JSON', undefined],
])('cached events, kept %s', (_, compression) => {
  let asked: string[];
  let options: CacheEventsOptions;
  let source: TraceSource;
  let time: number;
  const original = createSource(SOURCE);
  let ids: string[];
  beforeEach(async () => {
    time = 0;
    asked = [];
    source = {
      ...original,
      fetchEvents(containers, domain, fetchOptions) {
        asked.push(domain);
        return original.fetchEvents(containers, domain, fetchOptions);
      },
    };
    const maxBytes = 4_000_000;
    const cache = createMemoryEventCache({ maxBytes, now: () => time });
    const log = () => undefined;
    options = { cache, sourceKey: 's', maxContainers: 30, maxBytes, compression, log };
    const params = { start_date: '2025-09-01', end_date: '2026-02-27' };
    const { seeds } = await original.resolveSeeds({ profile: 'mid_section_defect', params });
    ids = seeds.map((seed) => seed.container_id).slice(0, 30);
  });

  async function read(
    from: TraceSource,
    containers = ids,
    domain: TraceDomain = 'history',
    size = 50,
  ) {
    const batches: RowBatch[] = [];
    for await (const batch of from.fetchEvents(containers, domain, { batchSize: size })) {
      batches.push(batch);
    }
    return batches.map((batch) => {
      const rows = batch.rows();
      const json = batch.json();
      // as a job's thread does with what it has read
      const moved = structuredClone(json, { transfer: [json.buffer] });
      return [batch.rowCount, batch.containersDone, rows, new TextDecoder().decode(moved)];
    });
  }

  it('are given again as they were, batch by batch, as often as they are asked for', async () => {
    const cached = cacheEvents(source, options);
    const expected = await read(original);
    expect(expected.length).toBeGreaterThan(2);
    for (let i = 0; i < 3; i++) expect(await read(cached)).toEqual(expected);
    expect(asked).toEqual(['history']);
    expect(await read(cached, ['nobody'])).toEqual([]);
    expect(await read(cached, ['nobody'])).toEqual([]);
    expect(asked).toEqual(['history', 'history']);
  });

  it('are kept up to the threshold, and not above it', async () => {
    const cached = cacheEvents(source, { ...options, maxContainers: 29 });
    for (let i = 0; i < 2; i++) await read(cached, ids.slice(0, 29));
    expect(asked).toHaveLength(1);
    for (let i = 0; i < 2; i++) await read(cached, ids);
    expect(asked).toHaveLength(3);
    const never = cacheEvents(source, { ...options, maxContainers: 0 });
    for (let i = 0; i < 2; i++) await read(never, ids.slice(0, 1));
    expect(asked).toHaveLength(5);
  });

  it('are kept for 300 s, holds and repairs for 180 s', async () => {
    const cached = cacheEvents(source, options);
    const domains: TraceDomain[] = ['history', 'materials', 'rejects', 'holds', 'jobs'];
    const readAll = async () => {
      for (const domain of domains) await read(cached, ids, domain);
      return asked.splice(0);
    };
    expect(await readAll()).toEqual(domains);
    time = 179_999;
    expect(await readAll()).toEqual([]);
    time = 180_000;
    expect(await readAll()).toEqual(['holds', 'jobs']);
    time = 299_999;
    expect(await readAll()).toEqual([]);
    time = 300_000;
    expect(await readAll()).toEqual(['history', 'materials', 'rejects']);
  });

  it('are others for other containers, another order, domain, batch size or source', async () => {
    const cached = cacheEvents(source, options);
    await read(cached);
    await read(cached, ids.slice(1));
    await read(cached, [...ids].reverse());
    await read(cached, [ids.join(',')]);
    await read(cached, ids, 'materials');
    await read(cached, ids, 'history', 51);
    await read(cacheEvents(source, { ...options, sourceKey: 't' }));
    expect(asked).toHaveLength(7);
    expect(await read(cached, [...ids].reverse())).toEqual(
      await read(original, [...ids].reverse()),
    );
  });

  it('are not kept where they failed, were left early or broken off', async () => {
    const broken = new Error('ORA-01555');
    let isBroken = true;
    const cached = cacheEvents(
      {
        ...source,
        async *fetchEvents(...args) {
          for await (const batch of source.fetchEvents(...args)) {
            yield batch;
            if (isBroken) throw broken;
          }
        },
      },
      options,
    );
    await expect(read(cached)).rejects.toBe(broken);
    isBroken = false;
    for await (const batch of cached.fetchEvents(ids, 'history', { batchSize: 50 })) {
      expect(batch.rowCount).toBe(50);
      break;
    }
    const stop = new AbortController();
    const reading = async () => {
      const fetchOptions = { batchSize: 50, signal: stop.signal };
      for await (const batch of cached.fetchEvents(ids, 'history', fetchOptions)) {
        stop.abort(new Error(`left after ${batch.rowCount}`));
      }
    };
    await expect(reading()).rejects.toThrow('left after 50');
    expect(asked).toHaveLength(3);
    expect(await read(cached)).toEqual(await read(original));
    expect(asked).toHaveLength(4);
    await expect(reading()).rejects.toThrow('left');
  });

  it('are not kept where they are too long', async () => {
    const cached = cacheEvents(source, { ...options, maxBytes: 4_000 });
    const expected = await read(original);
    for (let i = 0; i < 2; i++) expect(await read(cached)).toEqual(expected);
    expect(asked).toHaveLength(2);
  });

  it('come from the source where the cache fails or is damaged', async () => {
    const log = vi.fn();
    const failing = async () => {
      throw new Error('Redis is full');
    };
    const expected = await read(original);
    const without = cacheEvents(source, { ...options, log, cache: { get: failing, put: failing } });
    expect(await read(without)).toEqual(expected);
    expect(log).toHaveBeenCalledTimes(2);
    const damaged = { ...options.cache, get: async () => new Uint8Array([2, 0, 0, 0, 91]) };
    expect(await read(cacheEvents(source, { ...options, log, cache: damaged }))).toEqual(expected);
    expect(log).toHaveBeenCalledTimes(3);
  });
});
