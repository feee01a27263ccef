import type { JobStatus } from '../../protocol/index.js';
import { TraceError } from '../../protocol/TraceError.js';

/** A job ended without a result: `failed`, `abandoned` or `cancelled`, as `jobStatus` tells. */
export class JobFailedError extends TraceError {
  override readonly name = 'JobFailedError';
  declare readonly url: string;
  readonly jobStatus: string;
  /** The server's reason; null where it gives none. */
  readonly jobError: string | null;

  constructor(url: string, job: JobStatus) {
    const jobError = typeof job.error === 'string' && job.error !== '' ? job.error : null;
    super(
      'JOB_FAILED',
      `Job ${job.job_id ?? url} is ${job.status}${jobError === null ? '' : `: ${jobError}`}.\n` +
        (job.status === 'cancelled'
          ? 'Someone cancelled it; run the trace again if its result is wanted.'
          : 'Run the trace again; if it fails again, ask for fewer containers.'),
      { url, jobId: job.job_id },
    );
    this.jobStatus = job.status;
    this.jobError = jobError;
  }
}
