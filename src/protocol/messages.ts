import type { MsdAggregation } from './aggregation.js';

/** One event as it stands on the wire: column name → text, number, boolean, null or nested JSON. */
export type TraceRow = Record<string, unknown>;

export interface MetaMessage {
  type: 'meta';
  job_id?: string;
  profile?: string;
  domains: string[];
}
export interface DomainStartMessage {
  type: 'domain_start';
  domain: string;
  /** Rows the domain has; null where the job is still counting. */
  total: number | null;
  quality_meta?: unknown;
}
export interface RecordsMessage {
  type: 'records';
  domain: string;
  /** Number of the batch in its domain, from 0. */
  batch: number;
  /** Rows in `data`. */
  count: number;
  /** Ours: `GET {stream_url}?cursor=…` sends what comes after this line. */
  cursor?: string;
  data: TraceRow[];
}
export interface DomainEndMessage {
  type: 'domain_end';
  domain: string;
  /** Rows the domain sent. */
  count: number;
}
export interface AggregationMessage {
  type: 'aggregation';
  data: MsdAggregation;
}
export interface WarningMessage {
  type: 'warning';
  code?: string;
  message?: string;
  failed_domains?: string[];
}
export interface QualityMetaMessage {
  type: 'quality_meta';
  quality_meta?: unknown;
  domain_quality_meta?: unknown;
}
/** Ours: how far a job that is followed has come. */
export interface ProgressMessage {
  type: 'progress';
  /** 0 to 100. */
  pct?: number;
  /** Rows sent, all domains. */
  rows?: number;
  /** What the job is at; `queued` while it waits for a worker. */
  stage?: string;
  /** Of a job that waits: its place among those that do, from 1. */
  position?: number;
}
export interface CompleteMessage {
  type: 'complete';
  total_records: number;
}
export interface ErrorMessage {
  type: 'error';
  code?: string;
  message?: string;
}
export interface FullResultMessage {
  type: 'full_result';
  data: EventsAnswer;
}

/** Every line that a stream may hold; a client skips the types that it does not know. */
export type StreamMessage =
  | MetaMessage
  | DomainStartMessage
  | RecordsMessage
  | DomainEndMessage
  | AggregationMessage
  | WarningMessage
  | QualityMetaMessage
  | ProgressMessage
  | CompleteMessage
  | ErrorMessage
  | FullResultMessage;

/** The rows of one domain in a synchronous answer or a page of `/result`. */
export interface DomainResult {
  data: TraceRow[];
  /** Rows in `data`. */
  count: number;
  /** Rows the whole result has; pages only. */
  total?: number;
}

/** The synchronous 200 of the events stage, a page of `/result`, and `full_result`. */
export interface EventsAnswer {
  stage?: 'events';
  results: Record<string, DomainResult>;
  aggregation?: MsdAggregation | null;
  error?: string;
  code?: string;
  failed_domains?: string[];
  quality_meta?: unknown;
}
