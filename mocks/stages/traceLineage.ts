import { directionOf, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import { parseBody } from '../http/readBody.js';
import { readLineageRequest } from '../http/validate.js';
import { errorFields } from '../log.js';
import type { LineageGraph } from '../ports.js';
import type { StagesContext } from './StagesContext.js';
import { lineageBody } from './lineageBody.js';
import type { StageAnswer, StageRequest } from './TraceStages.js';

/** Where the lots came from, or what became of them. */
export async function traceLineage(
  { body }: StageRequest,
  { source, settings, log }: StagesContext,
  signal: AbortSignal,
): Promise<StageAnswer> {
  const request = readLineageRequest(parseBody(body), settings.maxContainerIds);
  const { profile, params, container_ids: containerIds } = request;
  const direction = directionOf(profile, params);
  let graph: LineageGraph;
  try {
    graph = await source.fetchLineage({ containerIds, direction, signal });
  } catch (error) {
    signal.throwIfAborted();
    log('error', 'A lineage could not be traced.', errorFields(error));
    throw new ApiError(
      500,
      SERVER_ERROR_CODES.lineageFailed,
      'The lineage of these lots could not be traced; try again later.',
    );
  }
  return { body: () => lineageBody(containerIds, direction, graph) };
}
