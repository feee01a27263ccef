export { default as TraceProgress } from './components/TraceProgress/TraceProgress.vue';
export type { TraceProgressView } from './components/TraceProgress/TraceProgressView.js';
export { default as TraceTable } from './components/TraceTable/TraceTable.vue';
export type { TraceTableColumn } from './components/TraceTable/TraceTableColumn.js';
export {
  type TraceMetrics,
  type TraceNotice,
  type TraceScope,
  type TraceStage,
  type TraceState,
  type TraceStatus,
} from './composables/useTraceProgress/traceState.js';
export {
  useTraceProgress,
  type UseTraceProgressOptions,
  type UseTraceProgressReturn,
} from './composables/useTraceProgress/useTraceProgress.js';
export * from './jobs/index.js';
export { en } from './locales/en.js';
export type { TraceMessages } from './locales/TraceMessages.js';
export {
  type TraceLocale,
  traceMessagesKey,
  useTraceMessages,
} from './locales/useTraceMessages.js';
export { zhTW } from './locales/zh-TW.js';
export * from './protocol/index.js';
export * from './records/index.js';
export * from './stores/index.js';
export * from './stream/index.js';
