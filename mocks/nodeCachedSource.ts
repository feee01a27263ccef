import { statSync } from 'node:fs';
import type { OpenSource, SourceOptions } from './adapters/createSource.js';
import { cacheEvents } from './cache/cacheEvents.js';
import type { EventCache } from './cache/EventCache.js';
import { createMemoryEventCache } from './cache/memoryEventCache.js';
import type { Log } from './log.js';
import { openNodeSource } from './nodeSource.js';
import { nodeCompression } from './results/nodeCompression.js';
import type { TraceSettings } from './settings.js';

/** A source whose small results are cached: in Redis where the settings name one, else in this thread. */
export function openCachedSource(
  options: SourceOptions,
  settings: TraceSettings,
  log: Log,
): OpenSource {
  const opened = openNodeSource(options);
  const { cacheSkipCidThreshold: maxContainers, cacheMaxBytes: maxBytes } = settings;
  const { cache, close } = settings.redisUrl
    ? openRedisCache(settings, log)
    : { cache: createMemoryEventCache({ maxBytes }), close: async () => undefined };
  const source = cacheEvents(opened.source, {
    cache,
    sourceKey: sourceKey(options),
    maxContainers,
    maxBytes,
    compression: nodeCompression,
    log,
  });
  return {
    source,
    async close() {
      await opened.close();
      await close();
    },
  };
}

/** Loaded by the first request: who does without Redis need not have ioredis installed. */
function openRedisCache(
  { redisUrl, redisKeyPrefix: keyPrefix, cacheMaxBytes }: TraceSettings,
  log: Log,
) {
  const load = async () => {
    const { openRedisEventCache } = await import('./adapters/redis/openRedisEventCache.js');
    return openRedisEventCache(redisUrl, { keyPrefix, maxBytes: cacheMaxBytes }, log);
  };
  let loading: ReturnType<typeof load> | undefined;
  const opened = () => (loading ??= load());
  const cache: EventCache = {
    get: async (key) => (await opened()).cache.get(key),
    put: async (...args) => (await opened()).cache.put(...args),
  };
  return { cache, close: async () => (await loading)?.close() };
}

/** A database that was replaced is another source: what was cached of the old one is not mixed in. */
function sourceKey(options: SourceOptions): string {
  if (options.kind !== 'duckdb') return JSON.stringify(options);
  const { kind, path } = options;
  const stats = statSync(path, { throwIfNoEntry: false });
  return JSON.stringify([kind, path, stats?.size, stats?.mtimeMs]);
}
