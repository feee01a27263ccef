import { delay } from './delay.js';
import { requestJson, type JsonAnswer, type RequestJsonOptions } from './requestJson.js';
import { createRetryPolicy, type RetryOptions } from './retryPolicy.js';

export interface RequestWithRetryOptions extends RequestJsonOptions, RetryOptions {
  /** Waits before another try; must reject with the signal's reason. @default setTimeout */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const RETRY_BASE_MS = 1000;

/** `requestJson` that waits out single failures and 429; for requests that change nothing. */
export async function requestWithRetry(
  url: string,
  options: RequestWithRetryOptions = {},
): Promise<JsonAnswer> {
  const { maxFailures, random, sleep = delay, ...request } = options;
  const retry = createRetryPolicy(url, { maxFailures, random });
  for (;;) {
    try {
      return await requestJson(url, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      await sleep(retry.waitAfter(error, RETRY_BASE_MS), request.signal);
    }
  }
}
