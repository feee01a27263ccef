import type { JobStatus } from '../protocol/index.js';
import type { SendOptions } from '../stream/sendRequest.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { pollJobUntilComplete, type PollOptions } from './pollJobUntilComplete.js';
import { type BodyReader, requestJson, type JsonAnswer } from './requestJson.js';
import { jobUrl, namedUrl, underBase } from './urls.js';
import { withRetry } from './withRetry.js';

export interface StageOptions extends SendOptions {
  /** Put before the paths of the stages and the server's own paths. @default '' (the page's server) */
  baseUrl?: string;
  /** Time for each answer of the stage, ms; the wait for a job has its own. @default 360000 */
  timeoutMs?: number;
  /** How a stage that the server queued is waited for. */
  poll?: Omit<PollOptions, keyof SendOptions | 'onStatus'>;
  /** Told of the job of a stage that the server queued, once, before it is waited for. */
  onQueued?: (job: QueuedStage) => void;
  /** Told of each status of a stage that the server queued. */
  onStatus?: (status: JobStatus) => void;
}

export interface RunStageOptions extends StageOptions {
  /** Reads the answer of the stage, or the result of its job. */
  read?: BodyReader;
}

/** The job of a stage that the server queued. */
export interface QueuedStage {
  statusUrl: string;
  /** The server understands `cancelJob`. */
  cancel: boolean;
}

/** The address of a queued stage's job; null where the answer is no 202 with a `status_url`. */
export function queuedAt({ status, body }: JsonAnswer): string | null {
  const queued = status === 202 || body.async === true;
  return queued && typeof body.status_url === 'string' ? body.status_url : null;
}

/** Posts a stage; where the server queues it, polls its job and reads the job's result. */
export async function runStage(
  path: string,
  body: unknown,
  options: RunStageOptions,
): Promise<JsonAnswer & { url: string }> {
  const {
    baseUrl = '',
    headers,
    signal,
    fetch,
    read,
    timeoutMs,
    poll,
    onQueued,
    onStatus,
  } = options;
  const send = { headers, signal, fetch };
  const url = underBase(baseUrl, path);
  const answer = await requestJson(url, { ...send, read, timeoutMs, body });
  const queued = queuedAt(answer);
  if (queued === null) {
    if (answer.status !== 202) return { ...answer, url };
    throw new InvalidAnswerError({ url, status: 202, reason: 'answered 202 without a status_url' });
  }
  const statusUrl = namedUrl({ askedUrl: url, baseUrl, field: 'status_url' }, queued);
  onQueued?.({ statusUrl, cancel: answer.body.cancel === true });
  await pollJobUntilComplete(statusUrl, { ...poll, ...send, onStatus });
  const resultUrl = jobUrl(statusUrl, 'result');
  const { maxFailures, random, sleep } = poll ?? {};
  const readResult = () => requestJson(resultUrl, { ...send, read, timeoutMs });
  const result = await withRetry(resultUrl, readResult, { maxFailures, random, sleep, signal });
  return { ...result, url: resultUrl };
}
