import type { BodyReader } from '../../jobs/index.js';
import type {
  DomainResult,
  EventsAnswer,
  MsdAggregation,
  StreamMessage,
} from '../../protocol/index.js';
import { countRows, type DecodedBatch, type ReadAnswer, withoutRows } from '../../records/index.js';
import type { CompletenessProblem } from '../../stream/index.js';
import { nextTask } from '../../stream/createYielder.js';
import { fieldsOf, textOf, textsOf, wholeNumber } from '../../stream/messageHeader.js';
import { createDomainProgress, type DomainProgress } from './createDomainProgress.js';
import type { TraceRun } from './TraceRun.js';

/** A notice is for reading; the rest of a long text is cut off. */
const MOST_QUALITY_TEXT = 500;
/** Reads a body whose rows are taken as columns. */
export interface RowsReader {
  read: BodyReader;
  /** The rows of the body that was read last, once. */
  takeBatches(): ReadAnswer['batches'];
}

export function createRowsReader({ decoder }: TraceRun): RowsReader {
  let batches: ReadAnswer['batches'] = new Map();
  return {
    async read(chunks) {
      const answer = await decoder.readAnswer(chunks);
      batches = answer.batches;
      return { ...answer, rowCounts: countRows(batches) };
    },
    takeBatches() {
      const taken = batches;
      batches = new Map();
      return taken;
    },
  };
}

/**
 * Tells a table the dictionary entries of batches whose rows are not wanted, or not yet: all that are
 * decoded later build on them. Gives the batches without them.
 */
export function learnEntries(
  { writer }: TraceRun,
  domain: string,
  batches: readonly DecodedBatch[],
): DecodedBatch[] {
  return batches.map((batch) => {
    writer.append(domain, withoutRows(batch));
    const columns = batch.columns.map((column) => ({ ...column, increment: null }));
    return { ...batch, columns };
  });
}

/** Appends rows that came together batch by batch, so that the page can draw in between. */
export async function appendBatches(
  run: TraceRun,
  progress: DomainProgress,
  domain: string,
  batches: readonly DecodedBatch[],
): Promise<void> {
  for (const batch of batches) {
    run.signal.throwIfAborted();
    run.writer.append(domain, batch);
    progress.add(domain, batch.rowCount);
    await run.breathe();
  }
}

/** The totals of an answer's domains, whatever it holds; what they lack is for `checkAnswer` to say. */
function totalsOf(answer: EventsAnswer, batches: ReadAnswer['batches']) {
  const rowCounts = countRows(batches);
  return Object.entries(fieldsOf(answer).results ?? {}).map(([domain, result]) => {
    const { count, total }: Partial<DomainResult> = result ?? {};
    return { domain, total: wholeNumber(total ?? count) ?? rowCounts.get(domain) ?? 0 };
  });
}

/** The rows and figures of an answer that came whole: the synchronous 200 or a `full_result`. */
export async function receiveAnswer(
  run: TraceRun,
  answer: EventsAnswer,
  batches: ReadAnswer['batches'],
): Promise<void> {
  // the answer has just been taken over, the tables are about to be made, and then their first rows
  await nextTask();
  run.signal.throwIfAborted();
  const totals = totalsOf(answer, batches);
  const progress = createDomainProgress(run.meter, totals.length);
  run.meter.startStep();
  for (const { domain, total } of totals) {
    run.writer.openDomain(domain, total);
    progress.begin(domain, total);
  }
  await nextTask();
  run.signal.throwIfAborted();
  for (const { domain } of totals) {
    run.writer.setStatus(domain, 'receiving');
    await appendBatches(run, progress, domain, batches.get(domain) ?? []);
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
  const isNamed = problems.some((problem) => 'domain' in problem && problem.domain !== null);
  // rows are missing, or are another result's, and nobody knows of which domain
  const isAnyShort = problems.some(
    (it) =>
      it.kind === 'more-problems' ||
      it.kind === 'result-changed' ||
      (it.kind === 'total-mismatch' && !isNamed) ||
      (it.kind === 'domain-failed' && it.domain === null),
  );
  for (const domain of new Set([...run.writer.names(), ...run.request.domains])) {
    const own = problems.filter((problem) => 'domain' in problem && problem.domain === domain);
    const failed = own.some(({ kind }) => kind === 'domain-failed');
    const isWhole = own.length === 0 && !isAnyShort;
    run.writer.setStatus(domain, failed ? 'failed' : isWhole ? 'complete' : 'incomplete');
  }
}
