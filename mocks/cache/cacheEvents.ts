import type { TraceDomain } from '../../src/protocol/index.js';
import { errorFields, type Log } from '../log.js';
import { nextTask } from '../nextTask.js';
import type { FetchEventsOptions, RowBatch, TraceSource } from '../ports.js';
import type { ChunkCompression } from '../results/ChunkCompression.js';
import type { EventCache } from './EventCache.js';
import { BatchCollector, readBatches } from './storedBatches.js';

/** Holds and repairs change while they are looked at. */
const SHORT_LIVED: ReadonlySet<TraceDomain> = new Set<TraceDomain>(['holds', 'jobs']);
const SHORT_TTL_SECONDS = 180;
const TTL_SECONDS = 300;
/** No one result takes more than this part of the cache. */
const PARTS = 4;

export interface CacheEventsOptions {
  cache: EventCache;
  /** Names the source and its data: caches are shared. */
  sourceKey: string;
  /** Above so many containers nothing is cached. */
  maxContainers: number;
  /** Bytes of the whole cache. */
  maxBytes: number;
  /** @default batches are kept as JSON */
  compression?: ChunkCompression;
  log: Log;
}

/**
 * The same source; the events of few containers are kept, a domain at a time, once all of them were
 * read, and given again to whoever asks for the same containers in the same order. What failed, what
 * was left early and what is too long is not kept; a cache that fails is done without.
 */
export function cacheEvents(source: TraceSource, options: CacheEventsOptions): TraceSource {
  return {
    resolveSeeds: (query) => source.resolveSeeds(query),
    fetchLineage: (query) => source.fetchLineage(query),
    fetchDetection: (query) => source.fetchDetection(query),
    fetchEvents: (containerIds, domain, fetchOptions) =>
      containerIds.length > options.maxContainers
        ? source.fetchEvents(containerIds, domain, fetchOptions)
        : fetchCached(source, containerIds, domain, fetchOptions, options),
  };
}

async function* fetchCached(
  source: TraceSource,
  containerIds: readonly string[],
  domain: TraceDomain,
  fetchOptions: FetchEventsOptions,
  { cache, sourceKey, maxBytes, compression, log }: CacheEventsOptions,
): AsyncGenerator<RowBatch, void, undefined> {
  const { batchSize, signal } = fetchOptions;
  const orNothing = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      log('warning', 'The cache of events failed.', { domain, ...errorFields(error) });
      return null;
    }
  };
  const key = `${domain}:${await digest(JSON.stringify([sourceKey, batchSize, containerIds]))}`;
  const batches = await orNothing(async () => {
    const value = await cache.get(key);
    return value && readBatches(value, compression);
  });
  if (batches) {
    for (const open of batches) {
      await nextTask(signal);
      yield open();
    }
    return;
  }
  const collector = new BatchCollector(Math.floor(maxBytes / PARTS), compression);
  for await (const batch of source.fetchEvents(containerIds, domain, fetchOptions)) {
    collector.add(batch);
    yield batch;
  }
  const value = collector.finish();
  const ttlSeconds = SHORT_LIVED.has(domain) ? SHORT_TTL_SECONDS : TTL_SECONDS;
  if (value) await orNothing(() => cache.put(key, value, ttlSeconds));
}

/** SHA-256, as hex digits. */
async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
