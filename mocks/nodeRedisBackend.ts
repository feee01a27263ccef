import { createBullmqJobQueue } from './adapters/bullmq/bullmqJobQueue.js';
import { type BullmqWorker, createBullmqWorker } from './adapters/bullmq/bullmqWorker.js';
import type { SourceOptions } from './adapters/createSource.js';
import { createRedis } from './adapters/redis/createRedis.js';
import { createRedisRateLimiter } from './adapters/redis/redisRateLimiter.js';
import { createRedisChunkStore } from './adapters/redis/redisChunkStore.js';
import { createTraceApp } from './app.js';
import type { EmbeddedBackend } from './embeddedBackend.js';
import type { Log } from './log.js';
import { meterStore, type TraceMetrics } from './metrics.js';
import { startJobThread } from './nodeJobThread.js';
import { openNodeStages } from './nodeStages.js';
import { nodeCompression } from './results/nodeCompression.js';
import type { TraceSettings } from './settings.js';
import { threadOptions } from './threadOptions.js';

export interface RedisBackendOptions {
  settings: TraceSettings;
  source: SourceOptions;
  log: Log;
  /** @default nothing is counted */
  metrics?: TraceMetrics;
  /** Who is asking, for the rate limits, by what the host knows. @default one client for all */
  clientOf?: (env: unknown) => string;
}

function openStore({ settings, log, metrics }: RedisBackendOptions) {
  const { redisUrl, redisKeyPrefix: keyPrefix, jobTtlSeconds: ttlSeconds } = settings;
  const redis = createRedis(redisUrl, log);
  const store = createRedisChunkStore({ redis, keyPrefix, ttlSeconds, log });
  function close(): void {
    store.close();
    redis.disconnect();
  }
  return { redis, store: metrics ? meterStore(store, metrics) : store, close };
}

function placeOf({ redisUrl, redisKeyPrefix, workerQueue }: TraceSettings) {
  return { redisUrl, keyPrefix: redisKeyPrefix, queueName: workerQueue };
}

/** The server's part of a backend on Redis: its jobs run in worker processes. */
export function createRedisBackend(options: RedisBackendOptions): EmbeddedBackend {
  const { settings, source, log, metrics, clientOf } = options;
  const { redis, store, close: closeStore } = openStore(options);
  const opened = openNodeStages(source, settings, log);
  const queue = createBullmqJobQueue({
    ...placeOf(settings),
    store,
    maxWaiting: settings.queueMaxWaiting,
    maxPerClient: settings.queueMaxPerClient,
    sessionsPerAddress: settings.sessionsPerAddress,
    log,
  });
  const app = createTraceApp({
    source: opened.stages,
    store,
    queue,
    settings,
    compression: nodeCompression,
    rateLimiter: createRedisRateLimiter({
      redis,
      keyPrefix: settings.redisKeyPrefix,
      limits: settings.rateLimits,
      log,
    }),
    log,
    metrics,
    clientOf,
  });
  return {
    app,
    countWaiting: () => queue.countWaiting(),
    async close() {
      await queue.close();
      await opened.close();
      closeStore();
    },
  };
}

/** The worker's part of a backend on Redis. */
export function createRedisWorker(options: RedisBackendOptions): BullmqWorker {
  const { settings, source, log } = options;
  const { store, close: closeStore } = openStore(options);
  const worker = createBullmqWorker({
    ...placeOf(settings),
    ...threadOptions(settings, source, startJobThread, log),
    store,
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
