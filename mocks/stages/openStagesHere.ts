import { openSource, type SourceOptions } from '../adapters/createSource.js';
import { cacheEvents } from '../cache/cacheEvents.js';
import { createMemoryEventCache } from '../cache/memoryEventCache.js';
import type { Log } from '../log.js';
import type { TraceSettings } from '../settings.js';
import { createStages } from './createStages.js';
import type { OpenStages } from './TraceStages.js';

/** Opens the stages in the calling thread, where there is no other: in a page. */
export function openStagesHere(
  options: SourceOptions,
  settings: TraceSettings,
  log: Log,
): OpenStages {
  const { source: uncached, close } = openSource(options);
  const { cacheSkipCidThreshold: maxContainers, cacheMaxBytes: maxBytes } = settings;
  const cache = createMemoryEventCache({ maxBytes });
  const sourceKey = JSON.stringify(options);
  const source = cacheEvents(uncached, { cache, sourceKey, maxContainers, maxBytes, log });
  const randomUUID = () => crypto.randomUUID();
  return { stages: createStages({ source, settings, log, randomUUID }), close };
}
