import type { Hono } from 'hono';
import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { answerOptions, type TraceAppContext } from './TraceAppContext.js';
import { streamedJsonAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import { readJsonBody } from '../http/readJsonBody.js';
import { type BodyPieces, joinTexts } from '../http/streamBody.js';
import { readSeedResolveRequest } from '../http/validate.js';
import { errorFields } from '../log.js';
import type { SeedResult } from '../ports.js';
import { jsonArray } from '../results/jsonTexts.js';

const MAX_BODY_BYTES = 1024 * 1024;

async function* seedsBody({ seeds, notFound }: SeedResult, cacheKey: string): BodyPieces {
  yield '{"stage":"seed-resolve","seeds":';
  yield* joinTexts(jsonArray(seeds));
  yield `,"seed_count":${seeds.length},"cache_key":${JSON.stringify(cacheKey)}`;
  yield notFound.length > 0 ? `,"not_found":${JSON.stringify(notFound)}}` : '}';
}

/** `POST /api/trace/seed-resolve`: the lots that a trace starts from. */
export function addSeedResolveRoute(app: Hono, context: TraceAppContext): void {
  const { source, rateLimiter, clientOf, log, randomUUID } = context;
  app.post('/api/trace/seed-resolve', async (c) => {
    await rateLimiter.check('seed', clientOf(c.env));
    const request = readSeedResolveRequest(await readJsonBody(c.req.raw, MAX_BODY_BYTES));
    let result: SeedResult;
    try {
      result = await source.resolveSeeds({ ...request, signal: c.req.raw.signal });
    } catch (error) {
      c.req.raw.signal.throwIfAborted();
      log('error', 'Seeds could not be resolved.', errorFields(error));
      throw new ApiError(
        500,
        SERVER_ERROR_CODES.seedResolveFailed,
        'The lots of this trace could not be looked up; try again later.',
      );
    }
    const cacheKey = `seeds-${randomUUID()}`;
    return streamedJsonAnswer(() => seedsBody(result, cacheKey), answerOptions(context));
  });
}
