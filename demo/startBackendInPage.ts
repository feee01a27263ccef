import { setupWorker } from 'msw/browser';
import { createMockBackend, createTraceHandlers } from '../mocks/browser.js';
import { IN_PAGE_CONTAINERS } from './defaults.js';

/** Above so many containers the page's own backend makes a job of a trace. */
const ASYNC_CID_THRESHOLD = 1_000;

/** Answers the trace API in this page: a service worker takes the requests, a Web Worker runs the jobs. */
export async function startBackendInPage(): Promise<void> {
  const { app } = createMockBackend({
    source: { containers: IN_PAGE_CONTAINERS },
    settings: { asyncCidThreshold: ASYNC_CID_THRESHOLD },
  });
  await setupWorker(...createTraceHandlers(app)).start({
    serviceWorker: { url: './mockServiceWorker.js' },
    onUnhandledRequest: 'bypass',
    quiet: true,
  });
}
