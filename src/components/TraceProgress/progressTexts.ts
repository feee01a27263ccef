import type { TraceNotice, TraceState } from '../../composables/useTraceProgress/traceState.js';
import type { TraceMessages } from '../../locales/TraceMessages.js';
import { isTraceDomain, type TraceError } from '../../protocol/index.js';
import { shortText } from '../../protocol/shortText.js';
import type { CompletenessProblem } from '../../stream/CompletenessProblem.js';
import { stageName } from './progressSteps.js';

/** One sentence on where the trace stands; changes with the state alone, not with its figures. */
export function statusText(state: TraceState, messages: TraceMessages): string {
  const { status } = messages;
  switch (state.status) {
    case 'complete':
      return state.seedCount === 0 ? status.noSeeds : status.complete;
    case 'tracing-lineage':
      return status.tracingLineage(state.seedCount);
    case 'failed':
    case 'cancelled':
      return status[state.status](stageName(state.stage, messages));
    default:
      return status[state.status];
  }
}

/** What the job says of itself, null where there is none to speak of. */
export function jobText(state: TraceState, { job }: TraceMessages): string | null {
  if (!('job' in state)) return null;
  const { status } = state;
  if (status === 'resolving' || status === 'tracing-lineage') {
    return shownProgress(state.job?.progress) || null;
  }
  const phase = job.phase[status];
  if (state.job) {
    const { progress, position } = state.job;
    const place = status === 'queued' && position !== undefined ? job.place(position) : '';
    return [phase, place, shownProgress(progress)].filter(Boolean).join(' · ');
  }
  return status === 'queued' ? phase : job.waiting;
}

/** What a server says of its progress should be a text. */
const shownProgress = (progress: unknown) =>
  typeof progress === 'string' ? shortText(progress) : '';

/** A sentence on one thing that the result lacks. */
export function problemText(problem: CompletenessProblem, messages: TraceMessages): string {
  const { problems } = messages;
  switch (problem.kind) {
    case 'no-end-mark':
      return problems.noEndMark;
    case 'more-problems':
      return messages.notices.more(problem.count);
    case 'domains-unknown':
      return problems.domainsUnknown;
    case 'error-line': {
      const { code, message } = problem;
      return problems.errorLine(shortText(code ? `${message} (${code})` : message));
    }
    case 'total-mismatch':
      return problems.totalMismatch(problem.received, problem.expected);
    default:
      return domainProblemText(problem, messages);
  }
}

type DomainProblem = Extract<CompletenessProblem, { domain: string | null }>;

function domainProblemText(problem: DomainProblem, messages: TraceMessages): string {
  const { problems } = messages;
  const name = domainName(problem.domain, messages);
  switch (problem.kind) {
    case 'domain-missing':
      return problems.domainMissing(name);
    case 'domain-unfinished':
      return problems.domainUnfinished(name, problem.received, problem.expected);
    case 'domain-failed':
      return problems.domainFailed(name);
    case 'batches-missing':
      return problems.batchesMissing(name, problem.from + 1, problem.to + 1);
    case 'batch-unexpected':
      return problems.batchUnexpected(name, problem.batch === null ? null : problem.batch + 1);
    case 'batch-count':
      return problems.batchCount(name, problem.batch + 1, problem.received, problem.expected);
    case 'page-count':
      return problems.pageCount(name, problem.offset + 1, problem.received, problem.expected);
    case 'result-changed':
      return problems.resultChanged(problem.domain === null ? null : name);
    case 'count-mismatch':
      return problems.countMismatch(name, problem.received, problem.expected);
  }
}

function domainName(domain: string | null, { domains, problems }: TraceMessages): string {
  if (domain === null) return problems.unnamedDomain;
  return isTraceDomain(domain) ? domains[domain] : shortText(domain, NAME_LENGTH);
}

/** Names of the wire are cut behind so many characters. */
const NAME_LENGTH = 100;

/** As many unknown values are named; a query may hold thousands. */
const NAMED_VALUES = 10;

/** What is shown of a notice: a sentence, and the code or error that belongs to it. */
export interface NoticeText {
  text: string;
  code: string | null;
}

export function noticeText(notice: TraceNotice, messages: TraceMessages): NoticeText {
  if (notice.kind === 'server-warning') {
    const { message, code } = notice;
    const text = message === null ? messages.notices.serverWarning : shortText(message);
    return { text, code: code && shortText(code, NAME_LENGTH) };
  }
  const code = notice.kind === 'cancel-failed' ? notice.error.code : null;
  return { text: noticeSentence(notice, messages), code };
}

const shortNames = (values: readonly string[]) =>
  values.slice(0, NAMED_VALUES).map((value) => shortText(value, NAME_LENGTH));

function noticeSentence(
  notice: Exclude<TraceNotice, { kind: 'server-warning' }>,
  messages: TraceMessages,
): string {
  const { notices } = messages;
  switch (notice.kind) {
    case 'rows-not-offered':
      return notices.rowsNotOffered(domainName(notice.domain, messages), notice.total);
    case 'meta-missing':
      return notices.metaMissing;
    case 'domain-unannounced':
      return notices.domainUnannounced(domainName(notice.domain, messages));
    case 'batch-repeated':
      return notices.batchRepeated(domainName(notice.domain, messages), notice.batch + 1);
    case 'line-unexpected':
      return notices.lineUnexpected(shortText(notice.type, NAME_LENGTH));
    case 'values-not-found':
      return notices.valuesNotFound(shortNames(notice.values), notice.values.length);
    case 'seeds-not-sent':
      return notices.seedsNotSent(notice.counted, notice.sent);
    case 'non-finite-numbers':
      return notices.nonFiniteNumbers(notice.count);
    case 'quality-meta':
      return notices.qualityMeta(notice.text);
    case 'rows-read-anew':
      return notices.rowsReadAnew[notice.reason];
    case 'kept-job-unusable':
      return notices.keptJobUnusable;
    case 'rows-filled':
      return notices.rowsFilled(notice.rows);
    case 'limit-near':
      return notices.limitNear(notice.limit, notice.percent);
    case 'more-notices':
      return notices.more(notice.count);
    case 'cancel-failed':
      return notices.cancelFailed;
  }
}

/** What the user can do about an error; the server's own code says more than the client's. */
export function adviceText(error: TraceError, messages: TraceMessages): string {
  return serverAdviceText(error.serverCode, messages) ?? messages.errors.advice[error.code];
}

function serverAdviceText(code: string | null | undefined, { errors }: TraceMessages) {
  const { serverAdvice } = errors;
  return code && Object.hasOwn(serverAdvice, code) ? serverAdvice[code] : undefined;
}

/** What the user can do about a result that the server itself broke off; null where it did not. */
export function problemAdviceText(
  problems: readonly CompletenessProblem[],
  messages: TraceMessages,
): string | null {
  const broken = problems.find((problem) => problem.kind === 'error-line');
  if (!broken) return null;
  return serverAdviceText(broken.code, messages) ?? messages.errors.advice.STREAM_ERROR;
}
