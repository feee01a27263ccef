import { type EventsRequest, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { Aggregator } from '../aggregation/index.js';
import { ApiError } from '../http/ApiError.js';
import { parseBody } from '../http/readBody.js';
import { readEventsRequest } from '../http/validate.js';
import { packJob } from '../jobs/packJob.js';
import { prepareAggregation } from '../jobs/prepareAggregation.js';
import { errorFields } from '../log.js';
import type { EventsJob } from '../ports.js';
import type { StagesContext } from './StagesContext.js';
import { eventsBody } from './eventsBody.js';
import type { StageAnswer, StageRequest } from './TraceStages.js';

/** A job's id, of 32 random digits: what nobody can guess. Two digits of a UUID tell its kind. */
function newJobId(randomUUID: () => string): string {
  const digits = () => randomUUID().replaceAll('-', '');
  const uuid = digits();
  const random = uuid.slice(0, 12) + uuid.slice(13, 16) + uuid.slice(17);
  return `trace-evt-${random}${digits().slice(0, 2)}`;
}

function jobOf(request: EventsRequest, jobId: string): EventsJob {
  const { profile, domains, container_ids: containerIds, lineage = {} } = request;
  const { direction, station, loss_reasons } = request.params;
  const seeds = request.seed_container_ids ?? [];
  return {
    jobId,
    profile,
    containerIds,
    domains,
    // the rest belongs to the stages before; what nobody checked goes no further
    params: { direction, station, loss_reasons },
    // a trace whose lots have no lineage sends its lots alone
    seedContainerIds: seeds.length > 0 ? seeds : containerIds,
    ancestors: lineage.ancestors ?? {},
    seedRoots: lineage.seed_roots ?? {},
  };
}

/** Refuses what neither a queue nor this process may take. */
function admit(
  { profile, containerIds }: EventsJob,
  hasQueue: boolean,
  { settings, log }: StagesContext,
): void {
  const { eventsCidLimit: limit } = settings;
  if (containerIds.length <= limit) return;
  if (profile === 'mid_section_defect') {
    const message = 'An MSD trace is above the container limit; it is taken all the same.';
    log('warning', message, { containers: containerIds.length, limit });
  } else if (!hasQueue) {
    throw new ApiError(
      413,
      SERVER_ERROR_CODES.cidLimitExceeded,
      `The trace covers ${containerIds.length} containers and ${limit} are allowed; narrow it down.`,
    );
  }
}

async function answerAtOnce(
  job: EventsJob,
  context: StagesContext,
  signal: AbortSignal,
): Promise<StageAnswer> {
  const { source, settings, log } = context;
  let aggregator: Aggregator | null;
  try {
    aggregator = await prepareAggregation(job, source, signal);
  } catch (error) {
    signal.throwIfAborted();
    log('error', 'Detection rows could not be fetched.', errorFields(error));
    throw new ApiError(
      500,
      SERVER_ERROR_CODES.eventsFailed,
      'The detection rows of these lots could not be fetched; try again later.',
    );
  }
  return { body: (left) => eventsBody({ job, source, settings, log, aggregator }, left) };
}

/** The events, where they are few enough to be answered at once, else the job that fetches them. */
export async function takeEvents(
  { body, hasQueue }: StageRequest,
  context: StagesContext,
  signal: AbortSignal,
): Promise<StageAnswer> {
  const { settings, randomUUID } = context;
  const jobId = newJobId(randomUUID);
  const job = jobOf(readEventsRequest(parseBody(body), settings.maxContainerIds), jobId);
  admit(job, hasQueue, context);
  if (!hasQueue || job.containerIds.length <= settings.asyncCidThreshold) {
    return answerAtOnce(job, context, signal);
  }
  // to hand on the lists themselves costs as much as to read them
  return { job: packJob(job) };
}
