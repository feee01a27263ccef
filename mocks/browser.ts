import { openSource } from './adapters/createSource.js';
import { startBrowserThread } from './adapters/embedded/startBrowserThread.js';
import {
  createEmbeddedBackend,
  type EmbeddedBackend,
  type EmbeddedBackendOptions,
} from './embeddedBackend.js';

export * from './exports.js';

/** The whole backend in the page; its jobs run in Web Workers. */
export function createMockBackend(options: EmbeddedBackendOptions = {}): EmbeddedBackend {
  return createEmbeddedBackend(options, { startThread: startBrowserThread, openSource });
}
