import type { Hono } from 'hono';
import { type EventsRequest, jobPath, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { Aggregator } from '../aggregation/index.js';
import type { TraceAppContext } from './TraceAppContext.js';
import { jsonAnswer, streamedJsonAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import { readJsonBody } from '../http/readJsonBody.js';
import { readEventsRequest } from '../http/validate.js';
import { prepareAggregation } from '../jobs/prepareAggregation.js';
import { errorFields } from '../log.js';
import type { EventsJob } from '../ports.js';
import { eventsBody } from './eventsBody.js';

function jobOf(request: EventsRequest): Omit<EventsJob, 'jobId'> {
  const { profile, domains, params, container_ids: containerIds, lineage = {} } = request;
  const seeds = request.seed_container_ids ?? [];
  return {
    profile,
    containerIds,
    domains,
    params,
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
  { source, settings, log }: TraceAppContext,
  signal: AbortSignal,
): Promise<Response> {
  let aggregator: Aggregator | null;
  try {
    aggregator = await prepareAggregation(job, source, signal);
  } catch (error) {
    log('error', 'Detection rows could not be fetched.', errorFields(error));
    throw new ApiError(
      500,
      SERVER_ERROR_CODES.eventsFailed,
      'The detection rows of these lots could not be fetched; try again later.',
    );
  }
  const body = { job, source, settings, log, aggregator };
  return streamedJsonAnswer((left) => eventsBody(body, left), { wrap: settings.wrapAnswers });
}

/** `POST /api/trace/events`: the events, at once or by a job. */
export function addEventsRoute(app: Hono, context: TraceAppContext): void {
  const { queue, settings, rateLimiter, clientOf, randomUUID } = context;
  app.post('/api/trace/events', async (c) => {
    rateLimiter.check('events', clientOf(c));
    const body = await readJsonBody(c.req.raw, settings.maxBodyBytes);
    const job = jobOf(readEventsRequest(body));
    admit(job, context);
    if (!queue || job.containerIds.length <= settings.asyncCidThreshold) {
      return answerAtOnce(job, context, c.req.raw.signal);
    }
    const jobId = `trace-evt-${randomUUID().replaceAll('-', '')}`;
    await queue.enqueue({ ...job, jobId });
    const statusUrl = jobPath(jobId);
    const accepted = {
      stage: 'events',
      async: true,
      job_id: jobId,
      status_url: statusUrl,
      stream_url: `${statusUrl}/stream`,
      cancel: true,
    };
    return jsonAnswer(accepted, { wrap: settings.wrapAnswers, status: 202 });
  });
}
