/** The store is full: what was to be put is not stored. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

/** The store cannot be reached, or takes no commands now; what was asked of it may be tried again. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** A value that was put has gone from the store before the job ended: its result would have a hole. */
export class ResultLostError extends Error {
  override readonly name = 'ResultLostError';

  constructor(jobId: string, key: string) {
    super(
      `The store has lost ${key} of job ${jobId}, which cannot be finished: run the trace again. If this comes back, look for evicted keys, restarts without AOF, and jobs that outlast TRACE_JOB_TTL_SECONDS.`,
    );
  }
}
