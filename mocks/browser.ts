import { startBrowserThread } from './adapters/embedded/startBrowserThread.js';
import { createEmbeddedBackend } from './createEmbeddedBackend.js';
import type { TraceBackend, TraceBackendOptions } from './createTraceBackend.js';

import { openStagesHere } from './stages/openStagesHere.js';

export * from './exports.js';

/** The whole backend in the page; its jobs run in Web Workers. */
export function createMockBackend(options: TraceBackendOptions = {}): TraceBackend {
  // MSW's service worker tells nobody of a reader who leaves: his place would never be given back
  const settings = { maxStreams: Infinity, streamsPerClient: Infinity, ...options.settings };
  return createEmbeddedBackend(
    { ...options, settings },
    {
      startThread: startBrowserThread,
      openStages: openStagesHere,
    },
  );
}
