import type { Hono } from 'hono';
import { errorFields } from '../log.js';
import type { TraceAppContext } from './TraceAppContext.js';

/** A job that nobody has: to look for it is to ask the store whether it answers. */
const NOBODY = 'healthz';
const STOPPING = 'The process is being stopped.';
/** Where the store is, and why it is silent, is for the log. */
const NO_STORE = 'The store of results does not answer.';

/**
 * `GET /healthz`: 200 `{live, ready}` while traces can be served, 503 with `ready: false` while the
 * store does not answer or the process stops. Whoever gets any answer knows that the process lives.
 */
export function addHealthRoute(
  app: Hono,
  { store, log, stopping }: Pick<TraceAppContext, 'store' | 'log' | 'stopping'>,
): void {
  app.get('/healthz', async (c) => {
    if (stopping.aborted) return c.json({ live: true, ready: false, reason: STOPPING }, 503);
    try {
      await store.readJob(NOBODY);
      return c.json({ live: true, ready: true });
    } catch (error) {
      log('error', 'The server is not ready.', errorFields(error));
      return c.json({ live: true, ready: false, reason: NO_STORE }, 503);
    }
  });
}
