import type { Context } from 'hono';
import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import { streamedJsonAnswer } from '../http/answers.js';
import { readBody } from '../http/readBody.js';
import type { PackedJob } from '../ports.js';
import type { StageAnswer, StageName, StageRequest } from '../stages/TraceStages.js';
import { answerOptions, type TraceAppContext } from './TraceAppContext.js';
import { withOpenStream } from './withOpenStream.js';

/** What becomes of a job that a stage wants queued. */
type QueueJob = (job: PackedJob) => Promise<Response>;

const LATE_CODES: Record<StageName, string> = {
  'seed-resolve': SERVER_ERROR_CODES.seedResolveFailed,
  lineage: SERVER_ERROR_CODES.lineageTimeout,
  events: SERVER_ERROR_CODES.eventsFailed,
};

/** What a stage answers, in the time that it has for that. @throws ApiError 504 */
async function inTime(
  asked: StageRequest,
  request: Request,
  { stages, settings, sleep }: TraceAppContext,
): Promise<StageAnswer> {
  const seconds = settings.stageTimeoutSeconds;
  const answered = new AbortController();
  const late = new AbortController();
  const timer = sleep(seconds * 1_000, answered.signal).then(() => {
    const message = `The answer takes longer than ${seconds} s; ask for fewer containers.`;
    late.abort(new ApiError(504, LATE_CODES[asked.stage], message));
    throw late.signal.reason;
  });
  timer.catch(() => undefined);
  try {
    const signal = AbortSignal.any([request.signal, late.signal]);
    return await Promise.race([stages.answer(asked, signal), timer]);
  } finally {
    answered.abort('answered');
  }
}

/**
 * The answer of a stage to a request, whose bytes are all that this thread touches. It is one of the
 * results that the client may have sent to him at once, from before its body is read.
 */
export async function answerStage(
  c: Context,
  stage: StageName,
  maxBytes: number,
  context: TraceAppContext,
  queueJob?: QueueJob,
): Promise<Response> {
  const { settings, sleep, bodyRoom, clientOf } = context;
  return withOpenStream(c, context, async (onEnd) => {
    const room = bodyRoom?.open(clientOf(c.env));
    let answer: StageAnswer;
    try {
      const body = await readBody(c.req.raw, { ...settings, maxBytes, sleep, room });
      answer = await inTime({ stage, body, hasQueue: !!queueJob }, c.req.raw, context);
    } finally {
      room?.end();
    }
    if ('body' in answer) {
      return streamedJsonAnswer(answer.body, { ...answerOptions(context), onEnd });
    }
    onEnd();
    return queueJob!(answer.job);
  });
}
