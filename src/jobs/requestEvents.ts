import {
  STAGE_PATHS,
  type EventsAnswer,
  type TraceDomain,
  type TraceParams,
  type TraceProfile,
} from '../protocol/index.js';
import { shortText } from '../protocol/shortText.js';
import { checkAnswer } from '../stream/checkAnswer.js';
import type { CompletenessVerdict } from '../stream/CompletenessProblem.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { type JsonAnswer, requestJson, type RequestJsonOptions } from './requestJson.js';
import { queuedAt, type StageOptions } from './runStage.js';
import { isKeptByServer } from './traceLineage.js';
import { namedUrl, underBase } from './urls.js';

export interface RequestEventsInput {
  profile: TraceProfile;
  params: TraceParams;
  domains: readonly TraceDomain[];
  seedIds: readonly string[];
  /** As `traceLineage` collected them: a list of ids as JSON. */
  containerIds: Blob;
  /** As `traceLineage` read it, an object as JSON. */
  lineage?: Blob;
  queryId?: string | null;
  cacheKey?: string | null;
}

export interface RequestEventsOptions
  extends StageOptions, Pick<RequestJsonOptions, 'onBytes' | 'read'> {}

/** What the events stage led to. */
export type EventsOutcome =
  /** The rows are here, or the server keeps them back and tells so in `verdict.notices`. */
  | {
      kind: 'answer';
      answer: EventsAnswer;
      verdict: CompletenessVerdict;
      nonFiniteNumbers: number;
    }
  /** A job has been queued. */
  | {
      kind: 'job';
      jobId: string | null;
      statusUrl: string;
      /** Null where the result can only be read from `/result`. */
      streamUrl: string | null;
      /** The server understands `cancelJob`. */
      cancel: boolean;
      /** The stream can be read while the job is at work, with `follow=1`. */
      follow: boolean;
    };

/**
 * The third stage: asks for the events of the containers. Resolves with the rows or with the job
 * that will have them. Rejects as `requestJson` does; `HttpError` 413 `CID_LIMIT_EXCEEDED` where
 * they are too many.
 */
export async function requestEvents(
  input: RequestEventsInput,
  options: RequestEventsOptions = {},
): Promise<EventsOutcome> {
  const { baseUrl = '', headers, signal, fetch, timeoutMs, onBytes, read } = options;
  const url = underBase(baseUrl, STAGE_PATHS.events);
  const body = eventsRequest(input);
  const answer = await requestJson(url, { headers, signal, fetch, timeoutMs, body, onBytes, read });
  const queued = queuedAt(answer);
  if (queued !== null) return toJob(answer.body, queued, url, baseUrl);
  return toAnswer(url, answer, input);
}

/** The ids and the lineage may be many megabytes: they are sent on as they are. */
function eventsRequest(input: RequestEventsInput): Blob {
  const { profile, params, domains, cacheKey, seedIds, containerIds, lineage } = input;
  const { queryId = null } = input;
  const fields = {
    profile,
    params,
    domains,
    cache_key: cacheKey ?? null,
    seed_container_ids: seedIds,
    ...(queryId !== null && { lineage_query_id: queryId }),
  };
  const isSent = lineage !== undefined && !isKeptByServer(profile, queryId);
  return new Blob([
    `${JSON.stringify(fields).slice(0, -1)},"container_ids":`,
    containerIds,
    ...(isSent ? [',"lineage":', lineage] : []),
    '}',
  ]);
}

function toJob(
  body: Record<string, unknown>,
  statusUrl: string,
  askedUrl: string,
  baseUrl: string,
): EventsOutcome {
  const place = { askedUrl, baseUrl };
  const { job_id: jobId, stream_url: streamUrl } = body;
  return {
    kind: 'job',
    jobId: typeof jobId === 'string' ? shortText(jobId) : null,
    statusUrl: namedUrl({ ...place, field: 'status_url' }, statusUrl),
    streamUrl:
      typeof streamUrl === 'string' && streamUrl !== ''
        ? namedUrl({ ...place, field: 'stream_url' }, streamUrl)
        : null,
    cancel: body.cancel === true,
    follow: body.follow === true,
  };
}

function toAnswer(
  url: string,
  { status, body, nonFiniteNumbers, rowCounts }: JsonAnswer,
  { domains, profile }: RequestEventsInput,
): EventsOutcome {
  if (status === 202) {
    throw new InvalidAnswerError({ url, status, reason: 'answered 202 without a status_url' });
  }
  if (typeof body.results !== 'object' || body.results === null) {
    throw new InvalidAnswerError({ url, status, reason: 'answered events without results' });
  }
  const verdict = checkAnswer(body, { domains, profile, rowCounts });
  return { kind: 'answer', answer: body as unknown as EventsAnswer, verdict, nonFiniteNumbers };
}
