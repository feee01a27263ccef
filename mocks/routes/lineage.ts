import type { Hono } from 'hono';
import { answerStage } from './answerStage.js';
import type { TraceAppContext } from './TraceAppContext.js';

/** `POST /api/trace/lineage`: where the lots came from, or what became of them. */
export function addLineageRoute(app: Hono, context: TraceAppContext): void {
  app.post('/api/trace/lineage', async (c) => {
    await context.rateLimiter.check('lineage', context.clientOf(c.env));
    return answerStage(c, 'lineage', context.settings.maxBodyBytes, context);
  });
}
