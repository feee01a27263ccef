import type { Context, Hono } from 'hono';
import {
  type EventsAnswer,
  isJobDead,
  type JobStatus,
  SERVER_ERROR_CODES,
} from '../../src/protocol/index.js';
import { answerOptions, type TraceAppContext } from './TraceAppContext.js';
import { jsonAnswer, streamedJsonAnswer } from '../http/answers.js';
import { ApiError } from '../http/ApiError.js';
import type { BodyPieces } from '../http/streamBody.js';
import { checkName, readCount } from '../http/validate.js';
import type { JobFields } from '../ports.js';
import { createChunkReader } from '../results/chunkReader.js';
import { resultPage } from '../results/resultPage.js';
import { queuePlace } from './queuePlace.js';
import { readFields, readResult } from './readResult.js';
import { answerStream } from './stream.js';
import { withOpenStream } from './withOpenStream.js';

function statusOf(jobId: string, fields: Partial<JobFields>, nowMs: number): JobStatus {
  const { profile, domains = '', progress = '', status = 'queued', stage, error } = fields;
  const createdAt = Number(fields.created_at);
  const endedAt = Number(fields.completed_at) || nowMs / 1000;
  return {
    job_id: jobId,
    status,
    profile,
    ...(fields.cid_count !== undefined && { cid_count: Number(fields.cid_count) }),
    domains: domains === '' ? [] : domains.split(','),
    progress,
    ...(fields.pct !== undefined && { pct: Number(fields.pct) }),
    ...(stage !== undefined && { stage }),
    created_at: createdAt,
    elapsed_seconds: Math.max(0, Math.round((endedAt - createdAt) * 10) / 10),
    error: error || null,
    cancel: true,
    follow: true,
  };
}

/** The page of a legacy result: for a domain that it has a part of it, else all of it. */
function legacyPage(legacy: Uint8Array, domain: string | undefined, offset: number, limit: number) {
  if (domain === undefined) return null;
  const answer = parseJson(legacy);
  const rows = answer?.results?.[domain]?.data;
  if (!Array.isArray(rows)) return null;
  const data = rows.slice(offset, limit > 0 ? offset + limit : undefined);
  return { ...answer, results: { [domain]: { data, count: data.length, total: rows.length } } };
}

/** A legacy result, null where it is no strict JSON (Python writes NaN). */
function parseJson(bytes: Uint8Array): EventsAnswer | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as EventsAnswer;
  } catch {
    return null;
  }
}

async function* whole(body: Uint8Array | string): BodyPieces {
  yield body;
}

/** `GET …/result`: the result, or a page of it, in the shape of the synchronous answer. */
async function answerResult(
  c: Context,
  context: TraceAppContext,
  onEnd: () => void,
): Promise<Response> {
  const jobId = checkName(c.req.param('id')!, 'job_id');
  const asked = c.req.query('domain') || undefined;
  const domain = asked === undefined ? undefined : checkName(asked, 'domain');
  const offset = readCount(c.req.query('offset'), 'offset');
  const limit = readCount(c.req.query('limit'), 'limit');
  const options = { ...answerOptions(context), onEnd };
  const fields = await readFields(context, c.req.raw, jobId);
  const result = await readResult(context, jobId, fields);
  if ('legacy' in result) {
    const page = legacyPage(result.legacy, domain, offset, limit);
    return streamedJsonAnswer(() => whole(page ? JSON.stringify(page) : result.legacy), options);
  }
  const { meta } = result;
  if (
    domain !== undefined &&
    !Object.hasOwn(meta.domains, domain) &&
    !meta.failed_domains.includes(domain)
  ) {
    throw new ApiError(
      400,
      SERVER_ERROR_CODES.invalidParams,
      `The job has no domain "${domain}"; it has ${Object.keys(meta.domains).join(', ')}.`,
    );
  }
  const request = { domain, offset, limit };
  const { store, compression } = context;
  const chunks = createChunkReader(store, jobId, compression);
  const read = { store, chunks, jobId, meta, attempt: fields.attempt ?? '' };
  return streamedJsonAnswer(() => resultPage(read, request), options);
}

/** `DELETE …`: ends the job, wherever it runs; of a finished one the result goes. */
async function answerCancel(c: Context, context: TraceAppContext): Promise<Response> {
  const { store, queue, settings, now } = context;
  const jobId = checkName(c.req.param('id')!, 'job_id');
  const { status = 'queued' } = await readFields(context, c.req.raw, jobId);
  if (!isJobDead(status) && !(await queue?.cancel(jobId))) {
    const completedAt = String(now() / 1000);
    const end = { status: 'cancelled', progress: '', pct: '0', completed_at: completedAt };
    await store.endJob(jobId, end);
  }
  const { status: ended } = await readFields(context, c.req.raw, jobId);
  return jsonAnswer({ job_id: jobId, status: ended }, { wrap: settings.wrapAnswers, status: 202 });
}

/** Status, result, stream and end of a job. */
export function addJobRoutes(app: Hono, context: TraceAppContext): void {
  const { settings, rateLimiter, clientOf, now } = context;
  const limited = (c: Context) => rateLimiter.check('job', clientOf(c.env));

  app.get('/api/trace/job/:id', async (c) => {
    await limited(c);
    const jobId = checkName(c.req.param('id'), 'job_id');
    const fields = await readFields(context, c.req.raw, jobId);
    const status = statusOf(jobId, fields, now());
    const position = status.status === 'queued' ? await queuePlace(context, jobId) : null;
    const body = position === null ? status : { ...status, position };
    return jsonAnswer(body, { wrap: settings.wrapAnswers });
  });

  app.get('/api/trace/job/:id/result', async (c) => {
    await limited(c);
    return withOpenStream(c, context, (onEnd) => answerResult(c, context, onEnd));
  });

  app.get('/api/trace/job/:id/stream', async (c) => {
    await limited(c);
    return withOpenStream(c, context, (onEnd) => answerStream(c, context, onEnd));
  });

  app.delete('/api/trace/job/:id', (c) => answerCancel(c, context));
}
