import {
  directionOf,
  STAGE_PATHS,
  type LineageAnswer,
  type TraceDirection,
  type TraceParams,
  type TraceProfile,
} from '../protocol/index.js';
import { collectContainerIds } from './collectContainerIds.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import type { JsonAnswer } from './requestJson.js';
import { runStage, type StageOptions } from './runStage.js';

export interface TraceLineageRequest {
  profile: TraceProfile;
  params: TraceParams;
  seedIds: readonly string[];
  cacheKey?: string | null;
}

export interface TracedLineage {
  /** The containers to ask events for: seeds first, each once. */
  containerIds: string[];
  /** As the server answered it. */
  lineage: LineageAnswer;
  /** The name under which a newer server keeps the lineage. */
  queryId: string | null;
}

/**
 * The second stage: asks for the relatives of the seeds and collects the containers of the third.
 * A newer server that keeps an MSD lineage (`query_id`) is asked for the seeds alone. Waits for the
 * job where the server queues it. Rejects as `requestJson` and `pollJobUntilComplete` do.
 */
export async function traceLineage(
  { profile, params, seedIds, cacheKey = null }: TraceLineageRequest,
  options: StageOptions = {},
): Promise<TracedLineage> {
  const body = { profile, container_ids: seedIds, cache_key: cacheKey, params };
  const answer = await runStage(STAGE_PATHS.lineage, body, options);
  const lineage = answer.body as unknown as LineageAnswer;
  const queryId = typeof lineage.query_id === 'string' ? lineage.query_id : null;
  const kept = profile === 'mid_section_defect' && queryId !== null;
  const direction = directionOf(profile, params);
  if (!kept) checkLineage(answer, direction);
  return {
    containerIds: collectContainerIds(seedIds, kept ? {} : lineage, direction),
    lineage,
    queryId,
  };
}

/** Without its relatives a trace would miss all but its seeds, and not know. */
function checkLineage(
  { url, status, body }: JsonAnswer & { url: string },
  direction: TraceDirection,
): void {
  const name = direction === 'backward' ? 'ancestors' : 'children_map';
  const relatives = body[name];
  if (typeof relatives === 'object' && relatives !== null && !Array.isArray(relatives)) return;
  throw new InvalidAnswerError({ url, status, reason: `answered a lineage without ${name}` });
}
