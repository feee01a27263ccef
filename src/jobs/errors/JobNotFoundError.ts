import type { HttpError } from '../../protocol/HttpError.js';
import { TraceError } from '../../protocol/TraceError.js';

/** The server knows nothing of a job, or not any more. */
export class JobNotFoundError extends TraceError {
  override readonly name = 'JobNotFoundError';
  declare readonly url: string;
  declare readonly status: number;

  constructor(url: string, cause: HttpError) {
    const { status, serverCode } = cause;
    super(
      'JOB_NOT_FOUND',
      `The server knows no job at ${url}.\n` +
        'Jobs expire after a while (an hour by default): run the trace again.',
      { url, status, serverCode, cause },
    );
  }
}
