import type { JobThread } from './runInThread.js';

/** Starts a Web Worker for one job. */
export function startBrowserThread(): JobThread {
  const worker = new Worker(new URL('./jobThread.browser.ts', import.meta.url), { type: 'module' });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onDeath(listener) {
      worker.addEventListener('error', (event) => {
        listener(`The job's worker failed: ${event.message || 'its script could not be loaded'}`);
      });
    },
    terminate: () => worker.terminate(),
  };
}
