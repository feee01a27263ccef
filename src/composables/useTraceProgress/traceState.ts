import type { JobStatus, TraceError } from '../../protocol/index.js';
import type { TraceLimits } from '../../protocol/TraceLimits.js';
import type { CompletenessNotice, CompletenessProblem } from '../../stream/index.js';

/** The three stages of a trace, in their order. */
export type TraceStage = 'seed-resolve' | 'lineage' | 'events';

/** What is known of a trace once its lineage is there. */
export interface TraceScope {
  /** Lots that the trace starts from; null of a job that was taken up by its id. */
  seedCount: number | null;
  /** Containers whose events are asked for; null where the server of such a job does not tell. */
  containerCount: number | null;
}

/** Where a trace stands, with the fields that belong to it. */
export type TraceState =
  | { status: 'idle' }
  /** `job` is null unless the server queued the stage. */
  | { status: 'resolving'; job: JobStatus | null }
  | { status: 'tracing-lineage'; job: JobStatus | null; seedCount: number }
  | ({ status: 'queued'; job: JobStatus | null } & TraceScope)
  /** `job` is null while a synchronous answer is waited for. */
  | ({ status: 'running'; job: JobStatus | null } & TraceScope)
  /** Rows come: of a finished job, or of one that is followed while it is at work. */
  | ({ status: 'streaming'; jobId: string | null } & TraceScope)
  | ({ status: 'complete'; jobId: string | null } & TraceScope)
  | ({
      status: 'incomplete';
      jobId: string | null;
      /** What is missing; at least one. */
      problems: readonly CompletenessProblem[];
      /** What cut the result short, where something did. */
      error: TraceError | null;
    } & TraceScope)
  /** Left alone here, while its job goes on. */
  | ({ status: 'detached'; jobId: string | null } & TraceScope)
  | { status: 'failed'; stage: TraceStage; error: TraceError }
  | { status: 'cancelled'; stage: TraceStage };

export type TraceStatus = TraceState['status'];

/** The stage that a state belongs to; null before the first. */
export function stageOf(state: TraceState): TraceStage | null {
  if (state.status === 'idle') return null;
  if (state.status === 'resolving') return 'seed-resolve';
  if (state.status === 'tracing-lineage') return 'lineage';
  return 'stage' in state ? state.stage : 'events';
}

/** Whether a trace is under way. */
export function isActiveState({ status }: TraceState): boolean {
  return !['idle', 'complete', 'incomplete', 'detached', 'failed', 'cancelled'].includes(status);
}

/** Figures of a trace that is under way or has ended. */
export interface TraceMetrics {
  /** Rows in the store, all domains. */
  rows: number;
  /** Rows that the result has, as far as the server told; null before. */
  totalRows: number | null;
  /** Bytes of the result as it came, after decompression. */
  bytes: number;
  /** Rows a second since the result began to arrive, 0 before. */
  rowsPerSecond: number;
  /** Since the trace began, ms, without the time that it was left between its end and `resume`. */
  elapsedMs: number;
  /** Left of the step under way, ms; null where nothing is known of it. */
  remainingMs: number | null;
  /** Percent of the step under way (job or stream), 0–100; null where nothing is known of it. */
  percent: number | null;
  /** How often a stream broke off and was gone on with where it had, by itself, in whatever way. */
  resumeCount: number;
}

/** Something odd or worth knowing of a trace, by which no row is lost. */
export type TraceNotice =
  | CompletenessNotice
  /** Values of the query that the server does not know. */
  | { kind: 'values-not-found'; values: readonly string[] }
  /** The server counts more lots than it sent; those are not in the trace. */
  | { kind: 'seeds-not-sent'; counted: number; sent: number }
  /** Bare NaN or Infinity came where JSON has none; they are shown as empty. */
  | { kind: 'non-finite-numbers'; count: number }
  /** The trace nears a limit of the page, at which it would end. */
  | { kind: 'limit-near'; limit: keyof TraceLimits; percent: number }
  /** A `warning` line. */
  | { kind: 'server-warning'; code: string | null; message: string | null }
  /** What the server says of the quality of the data, as JSON. */
  | { kind: 'quality-meta'; text: string }
  /** Rows were dropped and are read anew: the job began anew, or the connection to it broke off. */
  | { kind: 'rows-read-anew'; reason: 'restarted' | 'interrupted' }
  /** What was kept of a trace to be taken up was damaged or of another server; it was forgotten. */
  | { kind: 'kept-job-unusable' }
  /** Rows that the stream had left out were fetched, and put in their places. */
  | { kind: 'rows-filled'; rows: number }
  /** The trace was cancelled here, and the server could not be told. */
  | { kind: 'cancel-failed'; error: TraceError };
