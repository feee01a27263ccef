import { STAGE_PATHS, type Seed, type SeedResolveRequest } from '../protocol/index.js';
import { cleanIds } from './cleanIds.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { runStage, type StageOptions } from './runStage.js';

/** The lots that a trace starts from. */
export interface ResolvedSeeds {
  /** Each once, in the server's order; a trace without any ends here. */
  seedIds: string[];
  /** With their names; newer servers leave them out of long answers. */
  seeds: Seed[];
  /** As the server counts them. */
  seedCount: number;
  cacheKey: string | null;
  /** Values that the server does not know. */
  notFound: string[];
}

/**
 * The first stage: asks which lots a query means. Waits for the job where the server queues it.
 * Rejects as `requestJson` and `pollJobUntilComplete` do; `HttpError` with `serverCode`
 * `NO_DETECTION_RECORDS` (404) where newer servers find nothing.
 */
export async function resolveSeeds(
  request: SeedResolveRequest,
  options: StageOptions = {},
): Promise<ResolvedSeeds> {
  const { profile, params } = request;
  const { url, status, body } = await runStage(
    STAGE_PATHS.seedResolve,
    { profile, params },
    options,
  );
  const { seeds, seed_container_ids: ids, seed_count: count, cache_key, not_found } = body;
  if (!Array.isArray(seeds) && !Array.isArray(ids)) {
    throw new InvalidAnswerError({ url, status, reason: 'answered neither seeds nor their ids' });
  }
  const known = (Array.isArray(seeds) ? seeds : []).filter(isSeed);
  const seedIds = cleanIds([
    ...known.map((seed) => seed.container_id),
    ...(Array.isArray(ids) ? ids : []),
  ]);
  return {
    seedIds,
    seeds: known,
    seedCount: typeof count === 'number' ? count : seedIds.length,
    cacheKey: typeof cache_key === 'string' ? cache_key : null,
    notFound: Array.isArray(not_found) ? not_found.map(String) : [],
  };
}

function isSeed(value: unknown): value is Seed {
  return typeof (value as Partial<Seed> | null)?.container_id === 'string';
}
