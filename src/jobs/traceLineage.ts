import {
  directionOf,
  STAGE_PATHS,
  type TraceDirection,
  type TraceParams,
  type TraceProfile,
} from '../protocol/index.js';
import { joinChunks } from '../stream/joinChunks.js';
import { runSteps } from '../stream/runSteps.js';
import { cleanIds } from './cleanIds.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { type EventsScope, type LineageReader, readLineage } from './readLineage.js';
import type { BodyReader, JsonAnswer } from './requestJson.js';
import { runStage, type StageOptions } from './runStage.js';

export interface TraceLineageRequest {
  profile: TraceProfile;
  params: TraceParams;
  seedIds: readonly string[];
  cacheKey?: string | null;
}

export interface TraceLineageOptions extends StageOptions {
  /** Reads the answer. @default in this thread, in slices */
  readLineage?: LineageReader;
}

/** What the events of a trace are asked with; `requestEvents` takes it as it is. */
export interface TracedLineage extends EventsScope {
  /** The name under which a newer server keeps the lineage. */
  queryId: string | null;
}

const readHere: LineageReader = async (chunks, scope) =>
  runSteps(readLineage(await joinChunks(chunks), scope));

/**
 * The second stage: asks for the relatives of the seeds and collects the containers of the third.
 * Waits for the job where the server queues it. Rejects as `requestJson` and `pollJobUntilComplete` do.
 */
export async function traceLineage(
  { profile, params, seedIds, cacheKey = null }: TraceLineageRequest,
  { readLineage: readBody = readHere, ...options }: TraceLineageOptions = {},
): Promise<TracedLineage> {
  const direction = directionOf(profile, params);
  let scope: EventsScope | undefined;
  const read: BodyReader = async (chunks) => {
    const lineage = await readBody(chunks, { seedIds, direction });
    scope = lineage.scope;
    return lineage;
  };
  const body = { profile, container_ids: seedIds, cache_key: cacheKey, params };
  const answer = await runStage(STAGE_PATHS.lineage, body, { ...options, read });
  const queryId = typeof answer.body.query_id === 'string' ? answer.body.query_id : null;
  if (!isKeptByServer(profile, queryId)) {
    checkLineage(answer, direction);
    return { ...scope!, queryId };
  }
  const ids = cleanIds(seedIds);
  const containerIds = new Blob([JSON.stringify(ids)]);
  return { ...scope!, containerCount: ids.length, containerIds, queryId };
}

/** A newer server that keeps an MSD lineage is asked for the seeds alone. */
export function isKeptByServer(profile: TraceProfile, queryId: string | null): boolean {
  return profile === 'mid_section_defect' && queryId !== null;
}

/** Without its relatives a trace would miss all but its seeds, and not know. */
function checkLineage(
  { url, status, body }: JsonAnswer & { url: string },
  direction: TraceDirection,
): void {
  const name = direction === 'backward' ? 'ancestors' : 'children_map';
  if (typeof body[name] === 'object' && body[name] !== null) return;
  throw new InvalidAnswerError({ url, status, reason: `answered a lineage without ${name}` });
}
