import type { Hono } from 'hono';
import { answerStage } from './answerStage.js';
import type { TraceAppContext } from './TraceAppContext.js';

const MAX_BODY_BYTES = 1024 * 1024;

/** `POST /api/trace/seed-resolve`: the lots that a trace starts from. */
export function addSeedResolveRoute(app: Hono, context: TraceAppContext): void {
  app.post('/api/trace/seed-resolve', async (c) => {
    await context.rateLimiter.check('seed', context.clientOf(c.env));
    return answerStage(c, 'seed-resolve', MAX_BODY_BYTES, context);
  });
}
