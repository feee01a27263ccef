import type { EventsAnswer, TraceRow } from '../protocol/index.js';
import { checkPage } from '../stream/checkAnswer.js';
import type { CompletenessVerdict } from '../stream/CompletenessProblem.js';
import { wholeNumber } from '../stream/messageHeader.js';
import { type JsonAnswer, requestJson, type RequestJsonOptions } from './requestJson.js';
import { jobUrl } from './urls.js';
import { withRetry, type WithRetryOptions } from './withRetry.js';

export interface FetchResultPagesOptions
  extends Omit<RequestJsonOptions, 'method' | 'body'>, WithRetryOptions {
  /** Rows a page. @default 5000 */
  limit?: number;
  /** Rows to leave out at the start. @default 0 */
  offset?: number;
  /** Of the trace; newer servers keep the rows of `mid_section_defect`. */
  profile?: string;
}

/** One page of a domain. */
export interface ResultPage {
  domain: string;
  /** Rows before the page. */
  offset: number;
  /** The rows that may be taken, unless a reader of its own took them out of the answer. */
  rows: TraceRow[];
  /** How many may be taken: all that came, or none. */
  rowCount: number;
  /** Rows of the whole domain; null where the server does not page and sent all of it. */
  total: number | null;
  /** The page is complete where this has no problems. */
  verdict: CompletenessVerdict;
  /** As the server answered: with `aggregation`, `failed_domains`, `quality_meta`. */
  answer: EventsAnswer;
  nonFiniteNumbers: number;
}

/**
 * Reads the result of a finished job page by page, one domain at a time, for servers without a
 * stream. Waits out single failures and 429. A page that has not its rows says so in its `verdict`;
 * the next one still begins where it would have begun, so that no row can come twice.
 *
 * Rejects as `requestJson` does, with `RetriesExhaustedError` after an outage, with TypeError for wrong
 * arguments.
 *
 * @example
 * for await (const page of fetchResultPages(job.statusUrl, 'history', { signal })) {
 *   for (const row of page.rows) rows.push(row);
 *   problems.push(...page.verdict.problems);
 * }
 */
export async function* fetchResultPages(
  statusUrl: string,
  domain: string,
  options: FetchResultPagesOptions = {},
): AsyncGenerator<ResultPage, void, undefined> {
  const { limit = 5000, offset: first = 0, profile, ...request } = options;
  const { maxFailures, random, sleep, ...send } = request;
  const retry = { maxFailures, random, sleep, signal: send.signal };
  checkArguments(statusUrl, domain, limit, first);
  let total: number | null = null;
  for (let offset = first; ; offset += limit) {
    const url = resultPageUrl(statusUrl, domain, offset, limit);
    const work = () =>
      fetchResultPage(statusUrl, domain, { ...send, profile, offset, limit, total });
    const page = await withRetry(url, work, retry);
    const end = page.total ?? (offset === 0 ? page.rowCount : null);
    const left = end === null ? 0 : Math.max(0, end - offset);
    const tooMany = page.rowCount > Math.min(limit, left) && page.rowCount !== left;
    // what a server sent in place of the page that was asked for may be any rows
    const isOdd = page.verdict.problems.some(({ kind }) => kind === 'page-count');
    yield isOdd ? { ...page, rows: [], rowCount: 0 } : page;
    const last = left <= Math.max(limit, page.rowCount);
    if (tooMany || last || page.verdict.notices.length > 0) return;
    total ??= page.total;
  }
}

/** The address of a page of `/result`. */
export function resultPageUrl(
  statusUrl: string,
  domain: string,
  offset: number,
  limit: number,
): string {
  return jobUrl(statusUrl, 'result', { domain, offset, limit });
}

export interface FetchResultPageOptions extends Omit<RequestJsonOptions, 'method' | 'body'> {
  limit: number;
  offset: number;
  /** The `total` that was told before; null where none was. */
  total: number | null;
  profile?: string;
}

/** Asks once for one page of a domain, with all rows that came. Rejects as `requestJson` does. */
export async function fetchResultPage(
  statusUrl: string,
  domain: string,
  { limit, offset, total, profile, ...send }: FetchResultPageOptions,
): Promise<ResultPage> {
  const answer = await requestJson(resultPageUrl(statusUrl, domain, offset, limit), send);
  const { rowCounts } = answer;
  const verdict = checkPage(answer.body, { domain, offset, limit, total, profile, rowCounts });
  return toPage(domain, offset, answer, verdict);
}

function toPage(
  domain: string,
  offset: number,
  { body, nonFiniteNumbers, rowCounts }: JsonAnswer,
  verdict: CompletenessVerdict,
): ResultPage {
  const answer = body as unknown as EventsAnswer;
  const results = answer.results as EventsAnswer['results'] | undefined | null;
  const entry = results && Object.hasOwn(results, domain) ? results[domain] : undefined;
  const rows = Array.isArray(entry?.data) ? entry.data : [];
  const total = wholeNumber(entry?.total);
  const rowCount = rowCounts?.get(domain) ?? rows.length;
  return { domain, offset, rows, rowCount, total, verdict, answer, nonFiniteNumbers };
}

function checkArguments(statusUrl: unknown, domain: unknown, limit: number, offset: number): void {
  if (typeof statusUrl !== 'string' || statusUrl === '') {
    throw new TypeError('fetchResultPages: statusUrl must be a text that is not empty.');
  }
  if (typeof domain !== 'string' || domain === '') {
    throw new TypeError('fetchResultPages: domain must be a text that is not empty.');
  }
  if (!Number.isInteger(limit) || limit < 1) {
    throw new TypeError('fetchResultPages: limit must be a whole number above 0.');
  }
  if (!Number.isInteger(offset) || offset < 0) {
    throw new TypeError('fetchResultPages: offset must be a whole number, 0 or more.');
  }
}
