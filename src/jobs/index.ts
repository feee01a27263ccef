export { cancelJob, type CancelJobOptions } from './cancelJob.js';
export { delay } from './delay.js';
export { InvalidAnswerError } from './errors/InvalidAnswerError.js';
export { JobFailedError } from './errors/JobFailedError.js';
export { JobNotFoundError } from './errors/JobNotFoundError.js';
export { RetriesExhaustedError } from './errors/RetriesExhaustedError.js';
export { PollTimeoutError } from './errors/PollTimeoutError.js';
export { RequestTimeoutError } from './errors/RequestTimeoutError.js';
export {
  fetchResultPage,
  fetchResultPages,
  type FetchResultPagesOptions,
  type ResultPage,
  resultPageUrl,
} from './fetchResultPages.js';
export { pollJobUntilComplete, type PollOptions } from './pollJobUntilComplete.js';
export {
  type EventsOutcome,
  requestEvents,
  type RequestEventsInput,
  type RequestEventsOptions,
} from './requestEvents.js';
export type { EventsScope, LineageReader, LineageScope, ReadLineage } from './readLineage.js';
export {
  type BodyReader,
  type JsonAnswer,
  type ReadBody,
  requestJson,
  type RequestJsonOptions,
} from './requestJson.js';
export type { ReadSeeds, SeedsReader } from './readSeeds.js';
export { type ResolvedSeeds, resolveSeeds, type ResolveSeedsOptions } from './resolveSeeds.js';
export type { RetryOptions } from './retryPolicy.js';
export type { QueuedStage, StageOptions } from './runStage.js';
export {
  traceLineage,
  type TracedLineage,
  type TraceLineageOptions,
  type TraceLineageRequest,
} from './traceLineage.js';
export { addParameters } from './urls.js';
export { withRetry, type WithRetryOptions } from './withRetry.js';
