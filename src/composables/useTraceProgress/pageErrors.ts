import { InvalidAnswerError, RetriesExhaustedError } from '../../jobs/index.js';
import { HttpError } from '../../protocol/index.js';
import type { CompletenessProblem } from '../../stream/index.js';

/** The server sent something else in place of a page. */
export class NotPagedError extends Error {
  override readonly name = 'NotPagedError';
}

/** A page has not the rows that its place calls for; it may have them a moment later. */
export class OddPageError extends InvalidAnswerError {
  constructor(
    url: string,
    readonly problems: readonly CompletenessProblem[],
  ) {
    super({ url, reason: 'answered a page that has not its rows' });
  }
}

/** Whether an error says that there are no pages, rather than why they cannot be had now. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof RetriesExhaustedError ? error.cause : error;
  if (cause instanceof NotPagedError || cause instanceof InvalidAnswerError) return true;
  if (!(cause instanceof HttpError)) return false;
  const { status, serverCode } = cause;
  if (status === 404) return !/^JOB_|EXPIRED/.test(serverCode ?? '');
  return [400, 405, 406, 414, 422, 501].includes(status);
}
