import type { JobStatus } from '../../protocol/index.js';
import { TraceError } from '../../protocol/TraceError.js';

/** A job was neither finished nor dead when the time for waiting was over; it may still run. */
export class PollTimeoutError extends TraceError {
  override readonly name = 'PollTimeoutError';
  declare readonly url: string;
  readonly timeoutMs: number;
  /** The last status that came; null where none did. */
  readonly lastStatus: JobStatus | null;

  constructor(url: string, timeoutMs: number, lastStatus: JobStatus | null, cause?: unknown) {
    super(
      'POLL_TIMEOUT',
      `The job at ${url} was ${lastStatus?.status ?? 'not heard of'} after ${timeoutMs / 1000} s.\n` +
        'It may still finish: look at its status later, or run a smaller trace.',
      { url, jobId: lastStatus?.job_id, cause },
    );
    this.timeoutMs = timeoutMs;
    this.lastStatus = lastStatus;
  }
}
