import { STAGE_PATHS, type SeedResolveRequest } from '../protocol/index.js';
import { joinChunks } from '../stream/joinChunks.js';
import { runSteps } from '../stream/runSteps.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { readSeeds, type SeedsReader } from './readSeeds.js';
import type { BodyReader } from './requestJson.js';
import { runStage, type StageOptions } from './runStage.js';

export interface ResolveSeedsOptions extends StageOptions {
  /** Reads the answer. @default in this thread, in slices */
  readSeeds?: SeedsReader;
}

/** The lots that a trace starts from. */
export interface ResolvedSeeds {
  /** Each once, in the server's order; a trace without any ends here. */
  seedIds: string[];
  /** As the server counts them. */
  seedCount: number;
  cacheKey: string | null;
  /** Values that the server does not know. */
  notFound: string[];
}

const readHere: SeedsReader = async (chunks) => runSteps(readSeeds(await joinChunks(chunks)));

/**
 * The first stage: asks which lots a query means. Waits for the job where the server queues it.
 * Rejects as `requestJson` and `pollJobUntilComplete` do; `HttpError` with `serverCode`
 * `NO_DETECTION_RECORDS` (404) where newer servers find nothing.
 */
export async function resolveSeeds(
  request: SeedResolveRequest,
  { readSeeds: readBody = readHere, ...options }: ResolveSeedsOptions = {},
): Promise<ResolvedSeeds> {
  const { profile, params } = request;
  let seedIds: string[] | null = null;
  const read: BodyReader = async (chunks) => {
    const answer = await readBody(chunks);
    seedIds = answer.seedIds;
    return answer;
  };
  const sent = { profile, params };
  const { url, status, body } = await runStage(STAGE_PATHS.seedResolve, sent, { ...options, read });
  const ids = seedIds as string[] | null;
  if (ids === null) {
    throw new InvalidAnswerError({ url, status, reason: 'answered neither seeds nor their ids' });
  }
  const { seed_count: count, cache_key: cacheKey, not_found: notFound } = body;
  return {
    seedIds: ids,
    seedCount: typeof count === 'number' ? count : ids.length,
    cacheKey: typeof cacheKey === 'string' ? cacheKey : null,
    notFound: Array.isArray(notFound) ? notFound.map(String) : [],
  };
}
