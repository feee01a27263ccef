import { http, type HttpHandler } from 'msw';
import type { TraceApp } from './app.js';

/**
 * MSW handlers that answer the trace API by an app: for `setupWorker` and `setupServer`.
 *
 * @example
 * const server = setupServer(...createTraceHandlers(createMockBackend({ source: { containers: 100 } }).app));
 */
export function createTraceHandlers(app: Pick<TraceApp, 'fetch'>): HttpHandler[] {
  return [http.all('*/api/trace/*', ({ request }) => app.fetch(request))];
}
