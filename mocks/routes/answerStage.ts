import { streamedJsonAnswer } from '../http/answers.js';
import { readBody } from '../http/readBody.js';
import type { PackedJob } from '../ports.js';
import type { StageName } from '../stages/TraceStages.js';
import { answerOptions, type TraceAppContext } from './TraceAppContext.js';

/** What becomes of a job that a stage wants queued. */
type QueueJob = (job: PackedJob) => Promise<Response>;

/** The answer of a stage to a request, whose bytes are all that this thread touches. */
export async function answerStage(
  request: Request,
  stage: StageName,
  maxBytes: number,
  context: TraceAppContext,
  queueJob?: QueueJob,
): Promise<Response> {
  const body = await readBody(request, maxBytes);
  const asked = { stage, body, hasQueue: queueJob !== undefined };
  const answer = await context.stages.answer(asked, request.signal);
  if ('body' in answer) return streamedJsonAnswer(answer.body, answerOptions(context));
  return queueJob!(answer.job);
}
