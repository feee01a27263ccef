import type { Sleep } from '../sleep.js';
import { ApiError } from './ApiError.js';

export interface SenderPace {
  leastBytesPerSecond: number;
  /** Looked at every so often. */
  slowSenderSeconds: number;
  sleep: Sleep;
}

/** The name that clients give to what takes too long. */
const REQUEST_TIMEOUT = 'REQUEST_TIMEOUT';

/**
 * Calls `onSlow` with the refusal where fewer bytes have come than must between two looks.
 * What is returned ends the watch.
 */
export function watchSender(
  received: () => number,
  { leastBytesPerSecond, slowSenderSeconds, sleep }: SenderPace,
  onSlow: (refusal: ApiError) => void,
): () => void {
  const over = new AbortController();
  const leastBytes = leastBytesPerSecond * slowSenderSeconds;
  async function watch(): Promise<void> {
    for (let before = 0; ; before = received()) {
      await sleep(slowSenderSeconds * 1_000, over.signal);
      if (received() - before < leastBytes) return onSlow(tooSlow());
    }
  }
  function tooSlow(): ApiError {
    const message = `The body came slower than ${leastBytesPerSecond} bytes a second for ${slowSenderSeconds} s; send it again.`;
    return new ApiError(408, REQUEST_TIMEOUT, message);
  }
  watch().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  return () => over.abort('received');
}
