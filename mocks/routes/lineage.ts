import type { Hono } from 'hono';
import { directionOf, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { answerOptions, type TraceAppContext } from './TraceAppContext.js';
import { streamedJsonAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import { readJsonBody } from '../http/readJsonBody.js';
import { readLineageRequest } from '../http/validate.js';
import { errorFields } from '../log.js';
import type { LineageGraph } from '../ports.js';
import { lineageBody } from './lineageBody.js';

/** `POST /api/trace/lineage`: where the lots came from, or what became of them. */
export function addLineageRoute(app: Hono, context: TraceAppContext): void {
  const { source, settings, rateLimiter, clientOf, log } = context;
  app.post('/api/trace/lineage', async (c) => {
    await rateLimiter.check('lineage', clientOf(c.env));
    const request = readLineageRequest(await readJsonBody(c.req.raw, settings.maxBodyBytes));
    const { container_ids: containerIds } = request;
    const direction = directionOf(request.profile, request.params);
    let graph: LineageGraph;
    try {
      graph = await source.fetchLineage({ containerIds, direction, signal: c.req.raw.signal });
    } catch (error) {
      c.req.raw.signal.throwIfAborted();
      log('error', 'A lineage could not be traced.', errorFields(error));
      throw new ApiError(
        500,
        SERVER_ERROR_CODES.lineageFailed,
        'The lineage of these lots could not be traced; try again later.',
      );
    }
    const make = () => lineageBody(containerIds, direction, graph);
    return streamedJsonAnswer(make, answerOptions(context));
  });
}
