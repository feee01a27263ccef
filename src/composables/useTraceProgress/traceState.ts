import type { JobStatus, TraceError } from '../../protocol/index.js';
import type { CompletenessProblem } from '../../stream/CompletenessProblem.js';

/** The three stages of a trace, in their order. */
export type TraceStage = 'seed-resolve' | 'lineage' | 'events';

/** Where a trace stands, with the fields that belong to it. */
export type TraceState =
  | { status: 'idle' }
  | { status: 'resolving' }
  | { status: 'tracing-lineage'; seedCount: number }
  | { status: 'queued'; seedCount: number; containerCount: number; job: JobStatus | null }
  /** `job` is null while a synchronous answer is waited for. */
  | { status: 'running'; seedCount: number; containerCount: number; job: JobStatus | null }
  | { status: 'streaming'; seedCount: number; containerCount: number; jobId: string | null }
  | { status: 'complete'; seedCount: number; containerCount: number; jobId: string | null }
  | {
      status: 'incomplete';
      seedCount: number;
      containerCount: number;
      jobId: string | null;
      /** What is missing; at least one. */
      problems: readonly CompletenessProblem[];
      /** What cut the result short, where something did. */
      error: TraceError | null;
    }
  | { status: 'failed'; stage: TraceStage; error: TraceError }
  | { status: 'cancelled'; stage: TraceStage };

export type TraceStatus = TraceState['status'];

/** Figures of a trace that is under way or has ended. */
export interface TraceMetrics {
  /** Rows in the store, all domains. */
  rows: number;
  /** Rows that the result has, as far as the server told; null before. */
  totalRows: number | null;
  /** Bytes of the result's body, after decompression. */
  bytes: number;
  /** Rows a second since the first row, 0 before. */
  rowsPerSecond: number;
  /** Since `execute`, ms. */
  elapsedMs: number;
  /** Left of the step under way, ms; null where nothing is known of it. */
  remainingMs: number | null;
  /** Percent of the step under way (job or stream), 0–100; null where nothing is known of it. */
  percent: number | null;
}

/** Something that the server said of the result, and that the user should see. */
export interface TraceNotice {
  code: string;
  message: string;
}
