import { TraceError } from './TraceError.js';

/** What an answer that refuses says of itself, beside its status. */
export interface HttpErrorDetails {
  /** The server's own code, such as `CID_LIMIT_EXCEEDED`. */
  serverCode?: string;
  /** The server's own sentence. */
  serverMessage?: string;
  /** Milliseconds the server asked to wait, from `Retry-After` or the answer's `meta`. */
  retryAfterMs?: number;
  /** Status of the job, where the refusal is about one (409 `JOB_NOT_COMPLETE`). */
  jobStatus?: string;
}

/**
 * A server answered a request with a refusal: a status other than 2xx, or `success: false`.
 * `status`, `serverCode`, `serverMessage` and `retryAfterMs` tell what it said.
 */
export class HttpError extends TraceError {
  override readonly name = 'HttpError';
  declare readonly url: string;
  declare readonly status: number;
  readonly serverMessage?: string;
  readonly jobStatus?: string;

  constructor(url: string, status: number, details: HttpErrorDetails = {}) {
    const { serverMessage, jobStatus, ...context } = details;
    const code = details.serverCode === undefined ? '' : ` (${details.serverCode})`;
    const said = serverMessage === undefined ? '' : `: ${serverMessage}`;
    super('HTTP_ERROR', `${url} answered ${status}${code}${said}\n${hintFor(status)}`, {
      ...context,
      url,
      status,
    });
    this.serverMessage = serverMessage;
    this.jobStatus = jobStatus;
  }
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return 'Sign in again, then repeat the trace.';
  if (status === 404) return 'Check the address; a job or its result may have expired.';
  if (status === 409) return 'The job has no result yet: wait until its status is finished.';
  if (status === 413) return 'Ask for fewer containers, such as a shorter range of dates.';
  if (status === 429) return 'Wait as long as the server asks, then repeat the request.';
  if (status >= 500) return 'Try again later; if it stays so, look into the server’s log.';
  return 'Correct the request; the server’s sentence says what it did not accept.';
}
