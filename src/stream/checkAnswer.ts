import type { CompletenessOptions } from './completeness.js';
import type { CompletenessProblem, CompletenessVerdict } from './CompletenessProblem.js';
import { fieldsOf, textsOf, wholeNumber } from './messageHeader.js';

/** One domain of an answer, as far as it can be trusted. */
interface AnswerDomain {
  rows: number;
  count: number | null;
  total: number | null;
}

export interface CheckAnswerOptions extends CompletenessOptions {
  /** Rows by domain, where they were taken out of the answer. */
  rowCounts?: ReadonlyMap<string, number>;
}

/**
 * Holds a whole answer (the synchronous 200, the `data` of a `full_result`, a `/result` that was
 * not paged) to its counts, totals and failed domains. Never throws, whatever the answer holds.
 */
export function checkAnswer(
  answer: unknown,
  { domains = [], profile, rowCounts }: CheckAnswerOptions = {},
): CompletenessVerdict {
  const fields = fieldsOf(answer);
  const results = fieldsOf(fields.results);
  const verdict: CompletenessVerdict = { problems: failedDomains(fields), notices: [] };
  const failed = new Set(textsOf(fields.failed_domains));
  for (const domain of new Set([...domains, ...Object.keys(results)])) {
    const entry = answerDomain(results, domain, rowCounts);
    const kept = keptBack(fields, entry, profile);
    if (kept !== undefined) {
      verdict.notices.push({ kind: 'rows-not-offered', domain, total: kept });
    } else if (entry === null) {
      if (!failed.has(domain)) verdict.problems.push({ kind: 'domain-missing', domain });
    } else {
      verdict.problems.push(...countMismatch(domain, entry));
    }
  }
  return verdict;
}

/** Which page of which domain was asked for. */
export interface PageRequest {
  domain: string;
  /** Rows before the page. */
  offset: number;
  /** Most rows of the page. */
  limit: number;
  /** The `total` that an earlier page told; null where none did. @default null */
  total?: number | null;
  profile?: string;
  /** Rows by domain, where they were taken out of the answer. */
  rowCounts?: ReadonlyMap<string, number>;
}

/**
 * Holds a page of `/result` to its `count` and to the rows that its place calls for. A first page
 * without a `total` is the whole of a legacy result. Never throws.
 */
export function checkPage(answer: unknown, request: PageRequest): CompletenessVerdict {
  const { domain, offset, limit, profile, rowCounts } = request;
  const fields = fieldsOf(answer);
  const entry = answerDomain(fieldsOf(fields.results), domain, rowCounts);
  const kept = keptBack(fields, entry, profile);
  if (kept !== undefined && offset === 0) {
    return { problems: [], notices: [{ kind: 'rows-not-offered', domain, total: kept }] };
  }
  const problems = failedDomains(fields, domain);
  if (entry === null) {
    if (problems.length === 0) problems.push({ kind: 'domain-missing', domain });
    return { problems, notices: [] };
  }
  const { rows: received, count } = entry;
  const told = request.total ?? null;
  const total = entry.total ?? (offset === 0 ? received : null);
  const left = total === null ? null : Math.max(0, total - offset);
  // A server that knows no limit sends all that is left.
  const expected = left === null || received === left ? left : Math.min(limit, left);
  if (received !== expected || count !== received) {
    const wanted = received === expected ? count : expected;
    problems.push({ kind: 'page-count', domain, offset, received, expected: wanted });
  }
  if (told !== null && total !== null && total !== told) {
    // The result was made anew between two pages.
    problems.push({ kind: 'count-mismatch', domain, received: told, expected: total });
  }
  return { problems, notices: [] };
}

/** The rows that a server kept back, null where it does not count them; undefined: none. */
function keptBack(
  answer: Record<string, unknown>,
  entry: AnswerDomain | null,
  profile: string | undefined,
): number | null | undefined {
  if (answer.spool_hit === true && (entry === null || entry.rows === 0)) {
    return entry?.total ?? null;
  }
  const empty = entry !== null && entry.rows === 0 && entry.count === 0;
  const told = entry?.total ?? 0;
  return profile === 'mid_section_defect' && empty && told > 0 ? told : undefined;
}

function countMismatch(domain: string, entry: AnswerDomain): CompletenessProblem[] {
  const { rows: received, count, total } = entry;
  if (count === received && (total === null || total === received)) return [];
  const expected = total !== null && total !== received ? total : count;
  return [{ kind: 'count-mismatch', domain, received, expected }];
}

function failedDomains(answer: Record<string, unknown>, only?: string): CompletenessProblem[] {
  const failed = textsOf(answer.failed_domains);
  if (failed.length === 0 && answer.code === 'EVENTS_PARTIAL_FAILURE') {
    return [{ kind: 'domain-failed', domain: null }];
  }
  return [...new Set(failed)]
    .filter((domain) => only === undefined || domain === only)
    .map((domain) => ({ kind: 'domain-failed', domain }));
}

function answerDomain(
  results: Record<string, unknown>,
  domain: string,
  rowCounts?: ReadonlyMap<string, number>,
): AnswerDomain | null {
  if (!Object.hasOwn(results, domain)) return null;
  const { data, count, total } = fieldsOf(results[domain]);
  const rows = rowCounts?.get(domain) ?? (Array.isArray(data) ? data.length : null);
  if (rows === null) return { rows: 0, count: null, total: wholeNumber(total) };
  return { rows, count: wholeNumber(count), total: wholeNumber(total) };
}
