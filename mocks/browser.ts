import { startBrowserThread } from './adapters/embedded/startBrowserThread.js';
import {
  createEmbeddedBackend,
  type EmbeddedBackend,
  type EmbeddedBackendOptions,
} from './embeddedBackend.js';

import { openStagesHere } from './stages/openStagesHere.js';

export * from './exports.js';

/** The whole backend in the page; its jobs run in Web Workers. */
export function createMockBackend(options: EmbeddedBackendOptions = {}): EmbeddedBackend {
  return createEmbeddedBackend(options, {
    startThread: startBrowserThread,
    openStages: openStagesHere,
  });
}
