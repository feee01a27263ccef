import type { ChunkStore } from '../ports.js';
import type { Sleep } from '../sleep.js';

/** A store's calls may be lost: a follower looks for itself this often. */
export const LOOK_INTERVAL_MS = 1_000;

/** Waits for what is written of a job. */
export interface JobWatch {
  /** Resolves when something was written since the last time, or after a second; rejects on abort. */
  changed(): Promise<void>;
  end(): void;
}

export function watchJob(
  store: Pick<ChunkStore, 'subscribe'>,
  jobId: string,
  sleep: Sleep,
  signal: AbortSignal,
): JobWatch {
  let isChanged = false;
  let wake: () => void = () => undefined;
  const end = store.subscribe(jobId, () => {
    isChanged = true;
    wake();
  });
  return {
    end,
    async changed() {
      signal.throwIfAborted();
      if (!isChanged) {
        const woken = new AbortController();
        wake = () => woken.abort();
        signal.addEventListener('abort', wake, { once: true });
        await sleep(LOOK_INTERVAL_MS, woken.signal).catch((error: unknown) => {
          if (!woken.signal.aborted) throw error;
        });
        signal.removeEventListener('abort', wake);
      }
      signal.throwIfAborted();
      isChanged = false;
    },
  };
}
