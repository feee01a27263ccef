import { abortable } from './abortable.js';
import { cancelBody } from './bodyChunks.js';
import { NetworkError } from './errors/NetworkError.js';

/** Headers of a request, or a function that is asked for them before each one. */
export type RequestHeaders = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

export interface SendOptions {
  /** Sent with the request; a function for what changes, such as `X-CSRF-Token`. */
  headers?: RequestHeaders;
  /** Aborts the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
}

/**
 * `fetch`, whose failures are a {@link NetworkError} and whose abort is prompt even where the
 * given `fetch` ignores the signal.
 */
export async function sendRequest(
  url: string | URL,
  init: RequestInit,
  { headers, signal, fetch = globalThis.fetch }: SendOptions,
): Promise<Response> {
  signal?.throwIfAborted();
  const own =
    typeof headers === 'function' ? abortable(Promise.resolve(headers()), signal) : headers;
  const merged = new Headers(await own);
  new Headers(init.headers).forEach((value, name) => {
    if (!merged.has(name)) merged.set(name, value);
  });
  signal?.throwIfAborted();
  const send = async () => fetch(url, { ...init, headers: merged, signal: signal ?? null });
  const answer = send();
  try {
    return await abortable(answer, signal);
  } catch (cause) {
    if (!signal?.aborted) throw new NetworkError(String(url), cause);
    answer.then(
      (late) => cancelBody(late.body, signal.reason),
      () => undefined, // what an aborted request fails with is the abort
    );
    throw signal.reason;
  }
}
