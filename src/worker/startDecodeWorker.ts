import type { DecodeReply } from './decodeMessages.js';

/** A worker whose script is not there after so long is taken for one that cannot start, ms. */
const START_TIMEOUT_MS = 10_000;

let hasWarned = false;

/** Says once why decoding goes on in the page's own thread. */
function warnOnce(reason: string): void {
  if (hasWarned) return;
  hasWarned = true;
  // eslint-disable-next-line no-console -- the page works, slower: its developer must hear of it
  console.warn(
    `vue-trace-stream: the decode worker cannot start (${reason}); rows are decoded in the page's own thread. ` +
      "Its script must come from the page's own origin, a Content-Security-Policy must allow worker-src 'self', " +
      'and the dev server of Vite 7 and older needs optimizeDeps.exclude.',
  );
}

function createWorker(): Worker | null {
  if (typeof Worker === 'undefined') return null;
  try {
    return new Worker(new URL('./decodeWorker.ts', import.meta.url), { type: 'module' });
  } catch (error) {
    warnOnce(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/**
 * Starts the decode worker; null where the host has none or it cannot start, which is said once.
 * Resolves when its script runs, so that no bytes are lost to one that never will.
 */
export function startDecodeWorker(): Promise<Worker | null> {
  const worker = createWorker();
  if (!worker) return Promise.resolve(null);
  return new Promise((resolve) => {
    const settle = (started: Worker | null, reason?: string) => {
      clearTimeout(timer);
      worker.onmessage = worker.onerror = null;
      if (!started) {
        worker.terminate();
        warnOnce(reason ?? 'it did not answer');
      }
      resolve(started);
    };
    const timer = setTimeout(() => settle(null), START_TIMEOUT_MS);
    worker.onerror = (event) => {
      event.preventDefault();
      settle(null, event.message || 'its script could not be loaded');
    };
    worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
      if (data.type === 'ready') settle(worker);
    };
  });
}
