/** An answer that is an error: its status, code and sentence go to the client as they are. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** More for `meta` of the body; `retry_after_seconds` also becomes the Retry-After header. */
    readonly meta: { retry_after_seconds?: number; job_status?: string } = {},
  ) {
    super(message);
  }
}
