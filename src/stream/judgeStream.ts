import type {
  CompletenessNotice,
  CompletenessProblem,
  CompletenessVerdict,
} from './CompletenessProblem.js';
import { type DomainTally, isNotOffered, judgeDomain } from './domainTally.js';

/** What ended a result: a line of its stream, or pages that brought what the stream had not. */
export type StreamEndMark = 'complete' | 'error' | 'full_result' | 'pages';

/** What is known of a result. */
export interface JudgedStream {
  /** What was found as it came. */
  problems: readonly CompletenessProblem[];
  notices: readonly CompletenessNotice[];
  end: StreamEndMark | null;
  /** Of the `complete` line. */
  totalRecords: number | null;
  hasMeta: boolean;
  /** The domains were named by who asked. */
  isAsked: boolean;
  isMsd: boolean;
  failed: ReadonlySet<string>;
  domains: ReadonlyMap<string, DomainTally>;
}

/** What a result lacks, were this its end. */
export function judgeStream(stream: JudgedStream): CompletenessVerdict {
  const { end, failed, isMsd } = stream;
  const problems = [...stream.problems];
  const notices = [...stream.notices];
  if (end === null) problems.unshift({ kind: 'no-end-mark' });
  if (end === 'full_result') return { problems, notices };
  for (const domain of failed) problems.push({ kind: 'domain-failed', domain });
  if (!stream.hasMeta && end !== 'error') {
    if (!stream.isAsked) problems.push({ kind: 'domains-unknown' });
    else if (end !== 'pages') notices.push({ kind: 'meta-missing' });
  }
  for (const [domain, tally] of stream.domains) {
    const judged = judgeDomain(domain, tally, { failed: failed.has(domain), msd: isMsd });
    problems.push(...judged.problems);
    notices.push(...judged.notices);
  }
  if (end === 'complete') problems.push(...totalMismatch(stream));
  return { problems, notices };
}

function totalMismatch(stream: JudgedStream): CompletenessProblem[] {
  let received = 0;
  let notOffered = 0;
  let failed = 0;
  for (const [domain, tally] of stream.domains) {
    received += tally.received;
    // a domain that fails while its job is followed is none of the result's, rows and all
    if (stream.failed.has(domain)) failed += tally.received;
    if (stream.isMsd && isNotOffered(tally)) notOffered += tally.total ?? 0;
  }
  const expected = stream.totalRecords;
  // Servers that keep rows back may or may not count them here.
  const possible = [received, received + notOffered, received - failed];
  if (expected !== null && possible.includes(expected)) return [];
  return [{ kind: 'total-mismatch', received, expected }];
}
