import { createEmbeddedBackend } from './createEmbeddedBackend.js';
import type { TraceBackend, TraceBackendOptions } from './createTraceBackend.js';
import { createBodyRoom } from './http/bodyRoom.js';
import { createSessionOwner } from './http/sessionOwner.js';
import { startJobThread } from './nodeJobThread.js';
import { openNodeStages } from './nodeStages.js';
import { nodeCompression } from './results/nodeCompression.js';
import { DEFAULT_SETTINGS } from './settings.js';

export * from './exports.js';
export {
  createFaultServer,
  type FaultServer,
  type FaultServerOptions,
} from './faults/createFaultServer.js';
export { createOwnSiteCheck, type OwnSiteOptions } from './http/ownSite.js';
export { createSessionOwner, type SessionOwnerOptions } from './http/sessionOwner.js';

/** The whole backend in this Node process; its jobs run in worker threads. */
export function createMockBackend(options: TraceBackendOptions = {}): TraceBackend {
  const { sessionCookie, ownerSecret } = { ...DEFAULT_SETTINGS, ...options.settings };
  const ownerOf = options.ownerOf ?? createSessionOwner({ sessionCookie, secret: ownerSecret });
  return createEmbeddedBackend(
    { ...options, ownerOf },
    {
      startThread: startJobThread,
      openStages: openNodeStages,
      createBodyRoom,
      compression: nodeCompression,
    },
  );
}
