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
export type { TraceJob } from './composables/useTraceProgress/traceJob.js';
export { useTraceProgress } from './composables/useTraceProgress/useTraceProgress.js';
export type {
  UseTraceProgressOptions,
  UseTraceProgressReturn,
} from './composables/useTraceProgress/UseTraceProgressOptions.js';
export {
  useRecordView,
  type UseRecordViewOptions,
  type UseRecordViewReturn,
} from './composables/useRecordView/useRecordView.js';
export {
  cancelJob,
  type CancelJobOptions,
  type EventsOutcome,
  fetchResultPages,
  type FetchResultPagesOptions,
  InvalidAnswerError,
  JobFailedError,
  JobNotFoundError,
  RetriesExhaustedError,
  pollJobUntilComplete,
  type PollOptions,
  PollTimeoutError,
  requestEvents,
  type RequestEventsInput,
  RequestTimeoutError,
  type ResolvedSeeds,
  resolveSeeds,
  type ResultPage,
  type StageOptions,
  type TracedLineage,
  traceLineage,
  type TraceLineageRequest,
} from './jobs/index.js';
export { en } from './locales/en.js';
export type { TraceMessages } from './locales/TraceMessages.js';
export { type TraceLocale, traceMessagesKey } from './locales/useTraceMessages.js';
export { zhTW } from './locales/zh-TW.js';
export {
  type AggregationMessage,
  type AttributionEntry,
  type ChartEntry,
  type CompleteMessage,
  type DailyTrendEntry,
  defaultDomains,
  directionOf,
  type DomainEndMessage,
  type DomainResult,
  type DomainStartMessage,
  type ErrorMessage,
  type EventsAnswer,
  type FullResultMessage,
  HttpError,
  type JobStatus,
  type LineageAnswer,
  type LineageEdge,
  type LineageNode,
  type MetaMessage,
  type MsdAggregation,
  type ProgressMessage,
  type QualityMetaMessage,
  type RecordsMessage,
  type Seed,
  type StreamMessage,
  TRACE_DOMAINS,
  TRACE_ERROR_CODES,
  TRACE_PROFILES,
  type TraceDirection,
  type TraceDomain,
  TraceError,
  type TraceErrorCode,
  type TraceErrorContext,
  type TraceParams,
  type TraceProfile,
  type TraceRow,
  type WarningMessage,
  WORKCENTER_GROUPS,
} from './protocol/index.js';
export type {
  ColumnKind,
  ColumnStatistics,
  RecordColumn,
  RecordFilter,
  RecordSort,
  RecordTable,
} from './records/index.js';
export {
  type TraceDomainState,
  type TraceDomainStatus,
  type TraceStore,
  type TraceTables,
  type TraceWriter,
  useTraceStore,
} from './stores/index.js';
export {
  checkAnswer,
  checkPage,
  type ChunkHandler,
  type CompletenessCheck,
  type CompletenessNotice,
  type CompletenessOptions,
  type CompletenessProblem,
  type CompletenessVerdict,
  consumeNDJSONStream,
  type ConsumeNDJSONStreamOptions,
  createCompletenessCheck,
  headerOf,
  LimitExceededError,
  LineTooLongError,
  MalformedLineError,
  type MessageHeader,
  type MessagePlace,
  NetworkError,
  NotNdjsonError,
  type PageRequest,
  type RequestHeaders,
  type SendOptions,
  type StreamCounts,
  StreamInterruptedError,
} from './stream/index.js';
export { DecodeWorkerError } from './worker/index.js';
