import { openSource } from './adapters/createSource.js';
import { startBrowserThread } from './adapters/embedded/startBrowserThread.js';
import { createEmbeddedBackend } from './createEmbeddedBackend.js';
import type { TraceBackend, TraceBackendOptions } from './createTraceBackend.js';

export * from './exports.js';

/** The whole backend in the page; its jobs run in Web Workers. */
export function createMockBackend(options: TraceBackendOptions = {}): TraceBackend {
  return createEmbeddedBackend(options, { startThread: startBrowserThread, openSource });
}
