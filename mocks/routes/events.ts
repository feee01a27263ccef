import type { Hono } from 'hono';
import { jobPath, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { answerStage } from './answerStage.js';
import type { TraceAppContext } from './TraceAppContext.js';
import { jsonAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import { QueueLimitError } from '../jobs/QueueLimitError.js';
import { errorFields } from '../log.js';
import type { JobQueue, PackedJob } from '../ports.js';

/** Seconds after which a full or failing queue may be tried again. */
const RETRY_AFTER_SECONDS = 30;

async function enqueue(
  queue: JobQueue,
  job: PackedJob,
  who: { client: string; owner: string | null },
  { log }: TraceAppContext,
): Promise<void> {
  const later = { retry_after_seconds: RETRY_AFTER_SECONDS };
  try {
    await queue.enqueue(job, who.client, who.owner ?? undefined);
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

/** Where the job can be asked after. */
function accepted(jobId: string) {
  const statusUrl = jobPath(jobId);
  return {
    stage: 'events',
    async: true,
    job_id: jobId,
    status_url: statusUrl,
    stream_url: `${statusUrl}/stream`,
    cancel: true,
    follow: true,
  };
}

/** `POST /api/trace/events`: the events, at once or by a job. */
export function addEventsRoute(app: Hono, context: TraceAppContext): void {
  const { queue, settings, rateLimiter, clientOf, ownerOf } = context;
  app.post('/api/trace/events', async (c) => {
    const client = clientOf(c.env);
    await rateLimiter.check('events', client);
    const request = c.req.raw;
    const queueJob =
      queue &&
      (async (job: PackedJob) => {
        const owner = await ownerOf(request, job.jobId);
        await enqueue(queue, job, { client, owner }, context);
        // who left before the answer will never know of the job
        if (request.signal.aborted) await queue.cancel(job.jobId);
        return jsonAnswer(accepted(job.jobId), { wrap: settings.wrapAnswers, status: 202 });
      });
    return answerStage(c, 'events', settings.maxBodyBytes, context, queueJob ?? undefined);
  });
}
