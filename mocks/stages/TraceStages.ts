import type { PackedJob } from '../ports.js';
import type { BodyPieces } from '../http/streamBody.js';

export type StageName = 'seed-resolve' | 'lineage' | 'events';

/** A request to one of the three stages, its body as it came. */
export interface StageRequest {
  stage: StageName;
  body: Uint8Array<ArrayBuffer>;
  /** Whether there is a queue that takes what is too large to be answered at once. */
  hasQueue: boolean;
}

/** The body of the answer, to be made while it is sent; or the job that is to be queued in its place. */
export type StageAnswer = { body: (signal: AbortSignal) => BodyPieces } | { job: PackedJob };

/** Answers the three stages: reads requests, asks the trace source, makes the bytes that are sent. */
export interface TraceStages {
  /**
   * Takes the request's body for itself.
   * @throws ApiError for what is the client's to know, the signal's reason once it is aborted
   */
  answer(request: StageRequest, signal: AbortSignal): Promise<StageAnswer>;
}

/** Stages, and what lets go of their source. */
export interface OpenStages {
  stages: TraceStages;
  close(): Promise<void>;
}
