import { delay } from './delay.js';
import { createRetryPolicy, type RetryOptions } from './retryPolicy.js';

export interface WithRetryOptions extends RetryOptions {
  signal?: AbortSignal;
  /** Waits before another try; must reject with the signal's reason. @default setTimeout */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const RETRY_BASE_MS = 1000;
/** Nobody waits longer in front of a page: the refusal itself says how long it would take. */
const MAX_WAIT_MS = 300_000;

/**
 * Waits out single failures (network, 5xx, 429) of work that changes nothing. Rejects with the
 * error itself where another try makes no sense or would have to wait for more than 5 min, with
 * `RetriesExhaustedError` after an outage, with the signal's reason when it is aborted. `after` is a
 * failure that came before the work: it counts as one, and is waited out first.
 */
export async function withRetry<T>(
  url: string,
  work: () => Promise<T>,
  { signal, sleep = delay, ...policy }: WithRetryOptions = {},
  after?: Error,
): Promise<T> {
  const retry = createRetryPolicy(url, policy);
  const waitAfter = async (error: unknown) => {
    const waitMs = retry.waitAfter(error, RETRY_BASE_MS);
    if (waitMs > MAX_WAIT_MS) throw error;
    await sleep(waitMs, signal);
  };
  if (after) await waitAfter(after);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      await waitAfter(error);
    }
  }
}
