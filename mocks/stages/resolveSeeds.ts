import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import { parseBody } from '../http/readBody.js';
import { type BodyPieces, joinTexts } from '../http/streamBody.js';
import { readSeedResolveRequest } from '../http/validate.js';
import { errorFields } from '../log.js';
import type { SeedResult } from '../ports.js';
import { jsonArray } from '../results/jsonTexts.js';
import type { StagesContext } from './StagesContext.js';
import type { StageAnswer, StageRequest } from './TraceStages.js';

async function* seedsBody({ seeds, notFound }: SeedResult, cacheKey: string): BodyPieces {
  yield '{"stage":"seed-resolve","seeds":';
  yield* joinTexts(jsonArray(seeds));
  yield `,"seed_count":${seeds.length},"cache_key":${JSON.stringify(cacheKey)}`;
  yield notFound.length > 0 ? `,"not_found":${JSON.stringify(notFound)}}` : '}';
}

/** The lots that a trace starts from. */
export async function resolveSeeds(
  { body }: StageRequest,
  { source, log, randomUUID }: StagesContext,
  signal: AbortSignal,
): Promise<StageAnswer> {
  const request = readSeedResolveRequest(parseBody(body));
  let result: SeedResult;
  try {
    result = await source.resolveSeeds({ ...request, signal });
  } catch (error) {
    signal.throwIfAborted();
    log('error', 'Seeds could not be resolved.', errorFields(error));
    throw new ApiError(
      500,
      SERVER_ERROR_CODES.seedResolveFailed,
      'The lots of this trace could not be looked up; try again later.',
    );
  }
  return { body: () => seedsBody(result, `seeds-${randomUUID()}`) };
}
