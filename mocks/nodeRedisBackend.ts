import type { Redis } from 'ioredis';
import { createBullmqJobQueue } from './adapters/bullmq/bullmqJobQueue.js';
import { type BullmqWorker, createBullmqWorker } from './adapters/bullmq/bullmqWorker.js';
import type { SourceOptions } from './adapters/createSource.js';
import { createRedis } from './adapters/redis/createRedis.js';
import { createRedisRateLimiter } from './adapters/redis/redisRateLimiter.js';
import { createRedisChunkStore } from './adapters/redis/redisChunkStore.js';
import {
  createTraceBackend,
  type TraceBackend,
  type TraceBackendOptions,
} from './createTraceBackend.js';
import { createBodyRoom } from './http/bodyRoom.js';
import type { RequestHooks } from './http/RequestHooks.js';
import type { Log } from './log.js';
import { meterStore, type TraceMetrics } from './metrics.js';
import { startJobThread } from './nodeJobThread.js';
import { openNodeStages } from './nodeStages.js';
import type { ChunkStore } from './ports.js';
import { nodeCompression } from './results/nodeCompression.js';
import type { TraceSettings } from './settings.js';
import { threadOptions } from './threadOptions.js';

interface RedisProcessOptions {
  settings: TraceSettings;
  source: SourceOptions;
  log: Log;
}

export type RedisBackendOptions = RedisProcessOptions &
  RequestHooks &
  Pick<TraceBackendOptions, 'metrics'>;

export interface RedisWorkerOptions extends RedisProcessOptions {
  /** What its jobs write to; the worker closes it. */
  opened: OpenRedisStore;
  /** @default nothing is counted */
  metrics?: Pick<TraceMetrics, 'chunkStored' | 'jobEnded'>;
}

/** A store, its connection, and what lets go of both. */
export interface OpenRedisStore {
  redis: Redis;
  store: ChunkStore;
  closeStore: () => void;
}

export function openRedisStore({
  settings,
  log,
}: Pick<RedisProcessOptions, 'settings' | 'log'>): OpenRedisStore {
  const { redisUrl, redisKeyPrefix: keyPrefix, jobTtlSeconds: ttlSeconds } = settings;
  const redis = createRedis(redisUrl, log);
  const store = createRedisChunkStore({ redis, keyPrefix, ttlSeconds, log });
  function closeStore(): void {
    store.close();
    redis.disconnect();
  }
  return { redis, store, closeStore };
}

function placeOf({ redisUrl, redisKeyPrefix, workerQueue }: TraceSettings) {
  return { redisUrl, keyPrefix: redisKeyPrefix, queueName: workerQueue };
}

/** The server's part of a backend on Redis: its jobs run in worker processes. */
export function createRedisBackend(options: RedisBackendOptions): TraceBackend {
  const { settings, source, log, metrics, ...hooks } = options;
  const { redis, store, closeStore } = openRedisStore(options);
  const queue = createBullmqJobQueue({
    ...placeOf(settings),
    store,
    maxWaiting: settings.queueMaxWaiting,
    maxPerClient: settings.queueMaxPerClient,
    sessionsPerAddress: settings.sessionsPerAddress,
    log,
  });
  const rateLimiter = createRedisRateLimiter({
    redis,
    keyPrefix: settings.redisKeyPrefix,
    limits: settings.rateLimits,
    log,
  });
  return createTraceBackend({
    opened: openNodeStages(source, settings, log),
    store,
    closeStore,
    queue,
    settings,
    bodyRoom: createBodyRoom(settings),
    compression: nodeCompression,
    rateLimiter,
    log,
    metrics,
    ...hooks,
  });
}

/** The worker's part of a backend on Redis. */
export function createRedisWorker(options: RedisWorkerOptions): BullmqWorker {
  const { settings, source, log, metrics, opened } = options;
  const { store, closeStore } = opened;
  const worker = createBullmqWorker({
    ...placeOf(settings),
    ...threadOptions(settings, source, startJobThread, log),
    store: metrics ? meterStore(store, metrics) : store,
    workerCount: settings.workerCount,
    lockSeconds: settings.jobLockSeconds,
    stalledCheckSeconds: settings.jobStalledCheckSeconds,
    maxAttempts: settings.jobMaxAttempts,
  });
  return {
    ready: () => worker.ready(),
    async close() {
      await worker.close();
      closeStore();
    },
  };
}
