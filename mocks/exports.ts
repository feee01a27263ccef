export { createTraceApp, type TraceApp, type TraceAppPorts } from './app.js';
export {
  createMemoryChunkStore,
  type MemoryChunkStoreOptions,
} from './adapters/memory/memoryChunkStore.js';
export { createSyntheticSource } from './adapters/synthetic/index.js';
export type { TraceBackend, TraceBackendOptions } from './createTraceBackend.js';
export {
  type CutEnd,
  type Fault,
  type FaultOptions,
  type FaultRule,
  type FaultyApp,
  type RequestApp,
  type SeenRequest,
  type TraceRequestKind,
  withFaults,
} from './faults.js';
export { createGivenApp, type GivenApp, type GivenAppOptions } from './given/createGivenApp.js';
export { createTraceHandlers } from './handlers.js';
export type { AskedJob, RequestHooks, Verdict } from './http/RequestHooks.js';
export type { Log, LogLevel } from './log.js';
export type {
  ChunkStore,
  DetectionRow,
  EventsJob,
  FetchEventsOptions,
  JobFields,
  JobQueue,
  LineageGraph,
  ResultKey,
  RowBatch,
  SeedResult,
  TraceSource,
} from './ports.js';
export type { ChunkCompression, ChunkEncoding } from './results/ChunkCompression.js';
export type { Sleep } from './sleep.js';
export { batchFromJson, batchFromRows } from './rowBatch.js';
export { DEFAULT_SETTINGS, type TraceSettings } from './settings.js';
