import { parseRetryAfter, readErrorAnswer } from '../protocol/errorAnswer.js';
import { HttpError } from '../protocol/HttpError.js';
import { readBodyText } from './readBodyText.js';

/** A server's sentence is short; error pages of proxies can be long. */
const MAX_ERROR_BODY_BYTES = 65_536;

/** The {@link HttpError} of an answer that refuses; reads, or cancels, its body. */
export async function toHttpError(
  response: Response,
  url: string | URL,
  signal?: AbortSignal,
): Promise<HttpError> {
  const details = readErrorAnswer(await readErrorBody(response, signal));
  const header = parseRetryAfter(response.headers.get('Retry-After'), Date.now());
  return new HttpError(String(url), response.status, {
    ...details,
    retryAfterMs: header ?? details.retryAfterMs,
  });
}

async function readErrorBody(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    const text = await readBodyText(response, {
      signal,
      maxBytes: MAX_ERROR_BODY_BYTES,
      onFailure: (cause) => new Error('The body of the refusal broke off.', { cause }),
    });
    return JSON.parse(text);
  } catch {
    // The status is the news; a body that is no JSON, or broke off, only has nothing to add.
    signal?.throwIfAborted();
    return undefined;
  }
}
