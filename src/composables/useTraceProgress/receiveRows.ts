import type {
  DomainResult,
  EventsAnswer,
  MsdAggregation,
  StreamMessage,
  TraceRow,
} from '../../protocol/index.js';
import type { CompletenessProblem } from '../../stream/index.js';
import { fieldsOf, textOf, textsOf, wholeNumber } from '../../stream/messageHeader.js';
import { createDomainProgress, type DomainProgress } from './createDomainProgress.js';
import type { TraceRun } from './TraceRun.js';

/** A notice is for reading; the rest of a long text is cut off. */
const MOST_QUALITY_TEXT = 500;
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
    run.signal.throwIfAborted();
    const slice = rows.slice(start, start + SLICE_ROWS);
    run.writer.append(domain, run.decoder.decodeRows(domain, slice));
    progress.add(domain, slice.length);
    await run.breathe();
  }
}

/** The domains of an answer, whatever it holds; what they lack is for `checkAnswer` to say. */
function resultsOf(answer: EventsAnswer) {
  return Object.entries(fieldsOf(answer).results ?? {}).map(([domain, result]) => {
    const { data, count, total }: Partial<DomainResult> = result ?? {};
    const rows = Array.isArray(data) ? data : [];
    return { domain, rows, total: wholeNumber(total ?? count) ?? rows.length };
  });
}

/** The rows and figures of an answer that came whole: the synchronous 200 or a `full_result`. */
export async function receiveAnswer(run: TraceRun, answer: EventsAnswer): Promise<void> {
  run.signal.throwIfAborted();
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
  const { aggregation, quality_meta: quality } = fieldsOf(answer);
  run.signal.throwIfAborted();
  if (aggregation) run.writer.setAggregation(aggregation as MsdAggregation);
  notifyQuality(run, quality);
}

/** What the server says of the quality of its data, where it says something. */
export function notifyQuality(run: TraceRun, quality: unknown): void {
  if (quality === undefined || quality === null) return;
  const text = JSON.stringify(quality);
  const shown = text.length > MOST_QUALITY_TEXT ? `${text.slice(0, MOST_QUALITY_TEXT)}…` : text;
  run.notify([{ kind: 'quality-meta', text: shown }]);
}

export function notifyNonFinite(run: TraceRun, count: number): void {
  if (count > 0) run.notify([{ kind: 'non-finite-numbers', count }]);
}

/** A `warning` line; the domains that it names as failed are told as problems. */
export function notifyWarning(
  run: TraceRun,
  warning: Extract<StreamMessage, { type: 'warning' }>,
): void {
  const { code, message, failed_domains: failed } = warning;
  if (textsOf(failed).length > 0 && !message) return;
  run.notify([{ kind: 'server-warning', code: textOf(code), message: textOf(message) }]);
}

/** The last status of each domain, by what the result lacks. */
export function settleDomains(run: TraceRun, problems: readonly CompletenessProblem[]): void {
  for (const domain of new Set([...run.writer.names(), ...run.request.domains])) {
    const own = problems.filter((problem) => 'domain' in problem && problem.domain === domain);
    const failed = own.some(({ kind }) => kind === 'domain-failed');
    if (failed) run.writer.setStatus(domain, 'failed');
    else run.writer.setStatus(domain, own.length > 0 ? 'incomplete' : 'complete');
  }
}
