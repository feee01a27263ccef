/** Codes of the errors that the client raises; each has a heading in docs/errors.md. */
export const TRACE_ERROR_CODES = [
  'HTTP_ERROR',
  'NETWORK_ERROR',
  'REQUEST_TIMEOUT',
  'INVALID_ANSWER',
  'NOT_NDJSON',
  'STREAM_INTERRUPTED',
  'MALFORMED_LINE',
  'LINE_TOO_LONG',
  'DECODE_WORKER_FAILED',
  'STREAM_ERROR',
  'JOB_FAILED',
  'JOB_NOT_FOUND',
  'RETRIES_EXHAUSTED',
  'POLL_TIMEOUT',
  'UNEXPECTED',
] as const;

export type TraceErrorCode = (typeof TRACE_ERROR_CODES)[number];

/** Codes that a server puts into its error answers. Servers may send others. */
export const SERVER_ERROR_CODES = {
  invalidParams: 'INVALID_PARAMS',
  invalidProfile: 'INVALID_PROFILE',
  seedResolveFailed: 'SEED_RESOLVE_FAILED',
  noDetectionRecords: 'NO_DETECTION_RECORDS',
  lineageFailed: 'LINEAGE_FAILED',
  lineageTimeout: 'LINEAGE_TIMEOUT',
  cidLimitExceeded: 'CID_LIMIT_EXCEEDED',
  tooManyRequests: 'TOO_MANY_REQUESTS',
  bodyTooLarge: 'BODY_TOO_LARGE',
  serviceUnavailable: 'SERVICE_UNAVAILABLE',
  jobNotFound: 'JOB_NOT_FOUND',
  jobNotComplete: 'JOB_NOT_COMPLETE',
  jobResultExpired: 'JOB_RESULT_EXPIRED',
  jobFailed: 'JOB_FAILED',
  jobCancelled: 'JOB_CANCELLED',
  cursorMismatch: 'CURSOR_MISMATCH',
  resultRestarted: 'RESULT_RESTARTED',
  eventsPartialFailure: 'EVENTS_PARTIAL_FAILURE',
  eventsFailed: 'EVENTS_FAILED',
  chunkExpired: 'CHUNK_EXPIRED',
  resultDamaged: 'RESULT_DAMAGED',
  storeUnavailable: 'STORE_UNAVAILABLE',
  serverStopping: 'SERVER_STOPPING',
  notFound: 'NOT_FOUND',
  internalError: 'INTERNAL_ERROR',
} as const;
