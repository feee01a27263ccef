export {
  removeTraceStore,
  type TraceDomainState,
  type TraceDomainStatus,
  type TraceStore,
  type TraceTables,
  type TraceWriter,
  useTraceStore,
} from './useTraceStore.js';
