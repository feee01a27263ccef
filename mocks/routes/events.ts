import type { Hono } from 'hono';
import { type EventsRequest, jobPath, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { Aggregator } from '../aggregation/index.js';
import { answerOptions, type TraceAppContext } from './TraceAppContext.js';
import { jsonAnswer, streamedJsonAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import { readJsonBody } from '../http/readJsonBody.js';
import { readEventsRequest } from '../http/validate.js';
import { prepareAggregation } from '../jobs/prepareAggregation.js';
import { QueueLimitError } from '../jobs/QueueLimitError.js';
import { errorFields } from '../log.js';
import type { EventsJob, JobQueue } from '../ports.js';
import { eventsBody } from './eventsBody.js';

function jobOf(request: EventsRequest): Omit<EventsJob, 'jobId'> {
  const { profile, domains, container_ids: containerIds, lineage = {} } = request;
  const { direction, station, loss_reasons } = request.params;
  const seeds = request.seed_container_ids ?? [];
  return {
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
  { profile, containerIds }: Omit<EventsJob, 'jobId'>,
  { queue, settings, log }: TraceAppContext,
): void {
  const { eventsCidLimit: limit } = settings;
  if (containerIds.length <= limit) return;
  if (profile === 'mid_section_defect') {
    const message = 'An MSD trace is above the container limit; it is taken all the same.';
    log('warning', message, { containers: containerIds.length, limit });
  } else if (!queue) {
    throw new ApiError(
      413,
      SERVER_ERROR_CODES.cidLimitExceeded,
      `The trace covers ${containerIds.length} containers and ${limit} are allowed; narrow it down.`,
    );
  }
}

async function answerAtOnce(
  job: Omit<EventsJob, 'jobId'>,
  context: TraceAppContext,
  signal: AbortSignal,
): Promise<Response> {
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
  const body = { job, source, settings, log, aggregator };
  return streamedJsonAnswer((left) => eventsBody(body, left), answerOptions(context));
}

/** Seconds after which a full or failing queue may be tried again. */
const RETRY_AFTER_SECONDS = 30;

async function enqueue(
  queue: JobQueue,
  job: EventsJob,
  client: string,
  { log }: TraceAppContext,
): Promise<void> {
  const later = { retry_after_seconds: RETRY_AFTER_SECONDS };
  try {
    await queue.enqueue(job, client);
  } catch (error) {
    if (error instanceof QueueLimitError) {
      throw new ApiError(429, SERVER_ERROR_CODES.tooManyRequests, error.message, later);
    }
    log('error', 'A job could not be queued.', { jobId: job.jobId, ...errorFields(error) });
    throw new ApiError(
      503,
      SERVER_ERROR_CODES.serviceUnavailable,
      `The queue takes no more jobs now; try again in ${RETRY_AFTER_SECONDS} s.`,
      later,
    );
  }
}

/** `POST /api/trace/events`: the events, at once or by a job. */
export function addEventsRoute(app: Hono, context: TraceAppContext): void {
  const { queue, settings, rateLimiter, clientOf, randomUUID } = context;
  app.post('/api/trace/events', async (c) => {
    await rateLimiter.check('events', clientOf(c.env));
    const body = await readJsonBody(c.req.raw, settings.maxBodyBytes);
    const job = jobOf(readEventsRequest(body));
    admit(job, context);
    if (!queue || job.containerIds.length <= settings.asyncCidThreshold) {
      return answerAtOnce(job, context, c.req.raw.signal);
    }
    const jobId = `trace-evt-${randomUUID().replaceAll('-', '')}`;
    await enqueue(queue, { ...job, jobId }, clientOf(c.env), context);
    // who left before the answer will never know of the job
    if (c.req.raw.signal.aborted) await queue.cancel(jobId);
    const statusUrl = jobPath(jobId);
    const accepted = {
      stage: 'events',
      async: true,
      job_id: jobId,
      status_url: statusUrl,
      stream_url: `${statusUrl}/stream`,
      cancel: true,
      follow: true,
    };
    return jsonAnswer(accepted, { wrap: settings.wrapAnswers, status: 202 });
  });
}
