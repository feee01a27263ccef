/** Longer waits overflow the timers of browsers and Node, which then fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for `ms` milliseconds (24 days at most); an abort rejects at once with the signal's reason.
 * Neither the timer nor the listener outlives the promise.
 */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
