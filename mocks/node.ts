import { createEmbeddedBackend } from './createEmbeddedBackend.js';
import type { TraceBackend, TraceBackendOptions } from './createTraceBackend.js';
import { startJobThread } from './nodeJobThread.js';
import { openNodeStages } from './nodeStages.js';
import { nodeCompression } from './results/nodeCompression.js';

export * from './exports.js';
export {
  createFaultServer,
  type FaultServer,
  type FaultServerOptions,
} from './faults/createFaultServer.js';

/** The whole backend in this Node process; its jobs run in worker threads. */
export function createMockBackend(options: TraceBackendOptions = {}): TraceBackend {
  return createEmbeddedBackend(options, {
    startThread: startJobThread,
    openStages: openNodeStages,
    compression: nodeCompression,
  });
}
