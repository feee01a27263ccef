import { cancelBody } from '../stream/bodyChunks.js';
import { sendRequest, type SendOptions } from '../stream/sendRequest.js';
import { toHttpError } from '../stream/toHttpError.js';
import { withTimeout } from './withTimeout.js';

export interface CancelJobOptions extends SendOptions {
  /** Time for the answer, ms. @default 15000 */
  timeoutMs?: number;
}

/** A server that has no cancelling, or no such job any more. */
const NOT_CANCELLABLE = [404, 405, 501];

/**
 * Asks the server to stop a job and drop its result. Resolves with false where the server cannot.
 * Goes through also while the page is being left. Rejects with `HttpError` for other refusals,
 * `NetworkError`, `RequestTimeoutError`, or the signal's reason.
 */
export async function cancelJob(
  statusUrl: string,
  { timeoutMs = 15_000, signal, ...options }: CancelJobOptions = {},
): Promise<boolean> {
  if (typeof statusUrl !== 'string' || statusUrl === '') {
    throw new TypeError('cancelJob: statusUrl must be a text that is not empty.');
  }
  const init: RequestInit = { method: 'DELETE', keepalive: true };
  return withTimeout({ url: statusUrl, timeoutMs, signal }, async (limited) => {
    const response = await sendRequest(statusUrl, init, { ...options, signal: limited });
    if (response.ok || NOT_CANCELLABLE.includes(response.status)) {
      cancelBody(response.body);
      return response.ok;
    }
    throw await toHttpError(response, statusUrl, limited);
  });
}
