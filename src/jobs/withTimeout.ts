import { RequestTimeoutError } from './errors/RequestTimeoutError.js';

export interface WithTimeoutOptions {
  url: string;
  /** Milliseconds; Infinity for none. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Runs a request under a signal that follows the given one and aborts after `timeoutMs` with a
 * {@link RequestTimeoutError}. Not `AbortSignal.any`: on Node 20 the signals that it makes are
 * held by a long-lived source, one a request.
 */
export async function withTimeout<T>(
  { url, timeoutMs, signal }: WithTimeoutOptions,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  const timer = Number.isFinite(timeoutMs)
    ? setTimeout(() => controller.abort(new RequestTimeoutError(url, timeoutMs)), timeoutMs)
    : undefined;
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
