import type { DomainResult, EventsAnswer, StreamMessage, TraceRow } from '../../protocol/index.js';
import type { CompletenessNotice, CompletenessProblem } from '../../stream/index.js';
import { wholeNumber } from '../../stream/messageHeader.js';
import { createDomainProgress, type DomainProgress } from './createDomainProgress.js';
import type { TraceRun } from './TraceRun.js';

/** Rows that are appended between two chances for the page to draw. */
const SLICE_ROWS = 5_000;

/** Appends rows that came together slice by slice, so that the page can draw in between. */
export async function appendSlices(
  run: TraceRun,
  progress: DomainProgress,
  domain: string,
  rows: readonly TraceRow[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += SLICE_ROWS) {
    const slice = rows.slice(start, start + SLICE_ROWS);
    run.writer.append(domain, slice);
    progress.add(domain, slice.length);
    await run.breathe();
    run.signal.throwIfAborted();
  }
}

/** The domains of an answer, whatever it holds; what they lack is for `checkAnswer` to say. */
function resultsOf(answer: EventsAnswer) {
  return Object.entries(answer.results ?? {}).map(([domain, result]) => {
    const { data, count, total }: Partial<DomainResult> = result ?? {};
    const rows = Array.isArray(data) ? data : [];
    return { domain, rows, total: wholeNumber(total ?? count) ?? rows.length };
  });
}

/** The rows and figures of an answer that came whole: the synchronous 200 or a `full_result`. */
export async function receiveAnswer(run: TraceRun, answer: EventsAnswer): Promise<void> {
  const results = resultsOf(answer);
  const progress = createDomainProgress(run.meter, results.length);
  run.meter.startStep();
  for (const { domain, total } of results) {
    run.writer.openDomain(domain, total);
    progress.begin(domain, total);
  }
  for (const { domain, rows } of results) {
    run.writer.setStatus(domain, 'receiving');
    await appendSlices(run, progress, domain, rows);
  }
  receiveFigures(run, answer);
}

/** What an answer says besides its rows. */
export function receiveFigures(run: TraceRun, answer: EventsAnswer): void {
  if (answer.aggregation) run.writer.setAggregation(answer.aggregation);
  if (answer.quality_meta !== undefined) notifyQuality(run, answer.quality_meta);
}

export function notifyQuality(run: TraceRun, quality: unknown): void {
  run.notify({ kind: 'quality-meta', text: JSON.stringify(quality) });
}

export function notifyAll(run: TraceRun, notices: readonly CompletenessNotice[]): void {
  for (const notice of notices) run.notify(notice);
}

export function notifyNonFinite(run: TraceRun, count: number): void {
  if (count > 0) run.notify({ kind: 'non-finite-numbers', count });
}

/** A `warning` line; the domains that it names as failed are told as problems. */
export function notifyWarning(
  run: TraceRun,
  { code, message, failed_domains: failed = [] }: Extract<StreamMessage, { type: 'warning' }>,
): void {
  if (failed.length > 0) return;
  run.notify({ kind: 'server-warning', code: code ?? null, message: message ?? null });
}

/** The last status of each domain, by what the result lacks. */
export function settleDomains(
  run: TraceRun,
  domains: Iterable<string>,
  problems: readonly CompletenessProblem[],
): void {
  for (const domain of domains) {
    const own = problems.filter((problem) => 'domain' in problem && problem.domain === domain);
    const failed = own.some(({ kind }) => kind === 'domain-failed');
    if (failed) run.writer.setStatus(domain, 'failed');
    else run.writer.setStatus(domain, own.length > 0 ? 'incomplete' : 'complete');
  }
}
