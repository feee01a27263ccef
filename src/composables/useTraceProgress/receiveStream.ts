import { withRetry } from '../../jobs/index.js';
import type {
  CompleteMessage,
  EventsAnswer,
  ProgressMessage,
  QualityMetaMessage,
  StreamMessage,
} from '../../protocol/index.js';
import {
  countRows,
  type DecodedBatch,
  type DecodedLine,
  type ReadAnswer,
  withoutRows,
} from '../../records/index.js';
import {
  checkAnswer,
  type CompletenessCheck,
  type CompletenessProblem,
  createCompletenessCheck,
} from '../../stream/index.js';
import { textsOf, wholeNumber } from '../../stream/messageHeader.js';
import { withStreamSlot } from '../../stream/streamSlots.js';
import {
  createDomainProgress,
  createFollowedProgress,
  type DomainProgress,
} from './createDomainProgress.js';
import { notifyNonFinite, notifyQuality, notifyWarning, receiveAnswer } from './receiveRows.js';
import { retryOptionsOf, sendOptionsOf, type TraceRun } from './TraceRun.js';

/** What a received result lacks, and what cut it short. */
export interface Received {
  problems: CompletenessProblem[];
  /** The error that ended the receiving; rows before it are kept. */
  error: unknown;
}

/** Told while a job is followed. */
export interface FollowEvents {
  onProgress: (progress: ProgressMessage) => void;
  /** Before each batch. */
  onBatch: () => void;
}

/**
 * Reads a job's stream into the store, batch by batch; resolves also where it breaks off. `follow`
 * is for the stream of a job that is still at work.
 */
export async function receiveStream(
  run: TraceRun,
  streamUrl: string,
  follow?: FollowEvents,
): Promise<Received> {
  const { domains, profile } = run.request;
  const check = createCompletenessCheck({ domains, profile });
  const receiver = new StreamReceiver(run, check, follow);
  // in the order in which they were asked for, whatever the order in which they come
  for (const domain of domains) run.writer.openDomain(domain);
  run.meter.startStep();
  const options = {
    ...sendOptionsOf(run),
    onBytes: (bytes: number) => run.meter.setBytes(bytes),
  };
  // only the opening fails in a way that is worth another try: behind it a break is an interruption
  const read = () => run.decoder.consume(streamUrl, (line) => receiver.take(line), options);
  let error: unknown = null;
  try {
    await withStreamSlot(() => withRetry(streamUrl, read, retryOptionsOf(run)), run.signal);
  } catch (cause) {
    run.signal.throwIfAborted();
    error = cause;
  }
  notifyNonFinite(run, receiver.nonFiniteNumbers);
  // what never opened has nothing to tell
  if (receiver.lines > 0) run.notify(check.notices());
  return { problems: [...receiver.problems, ...check.problems()], error };
}

class StreamReceiver {
  /** Of a `full_result`; all others are the check's. */
  readonly problems: CompletenessProblem[] = [];
  nonFiniteNumbers = 0;
  lines = 0;
  readonly #run: TraceRun;
  readonly #check: CompletenessCheck;
  readonly #progress: DomainProgress;
  readonly #follow: FollowEvents | undefined;

  constructor(run: TraceRun, check: CompletenessCheck, follow: FollowEvents | undefined) {
    const { meter, request } = run;
    this.#run = run;
    this.#check = check;
    this.#follow = follow;
    this.#progress = follow
      ? createFollowedProgress(meter)
      : createDomainProgress(meter, request.domains.length);
  }

  async take({ header, batch, message, result, nonFiniteNumbers }: DecodedLine): Promise<void> {
    this.lines++;
    this.nonFiniteNumbers += nonFiniteNumbers;
    const isTaken = this.#check.accept(header) === 'take';
    if (batch && typeof header.domain === 'string') this.#takeBatch(header.domain, batch, isTaken);
    else if (isTaken && message?.type === 'full_result')
      await this.#takeFullResult(message.data, result ?? new Map());
    else if (isTaken && message) this.#takeLine(message);
    await this.#run.breathe();
  }

  #takeBatch(domain: string, batch: DecodedBatch, isTaken: boolean): void {
    this.#follow?.onBatch();
    // later batches build on the dictionary entries of one whose rows are not wanted
    this.#run.writer.append(domain, isTaken ? batch : withoutRows(batch));
    if (isTaken) this.#progress.add(domain, batch.rowCount);
  }

  #takeQuality({ quality_meta, domain_quality_meta }: QualityMetaMessage): void {
    notifyQuality(this.#run, quality_meta);
    notifyQuality(this.#run, domain_quality_meta);
  }

  /** Of a job that was followed, nobody knew the total before. */
  #takeEnd({ total_records: total }: CompleteMessage): void {
    const rows = wholeNumber(total);
    if (!this.#follow || rows === null) return;
    this.#run.meter.setTotal(rows);
    this.#run.meter.setPercent(100);
  }

  async #takeFullResult(answer: EventsAnswer, batches: ReadAnswer['batches']): Promise<void> {
    const { domains, profile } = this.#run.request;
    const rowCounts = countRows(batches);
    const { problems, notices } = checkAnswer(answer, { domains, profile, rowCounts });
    this.problems.push(...problems);
    this.#run.notify(notices);
    await receiveAnswer(this.#run, answer, batches);
  }

  #takeLine(message: StreamMessage): void {
    const { writer } = this.#run;
    if (message.type === 'meta') {
      const domains = textsOf(message.domains);
      for (const domain of domains) writer.openDomain(domain);
      this.#progress.announce(domains.length);
    } else if (message.type === 'domain_start') {
      const total = wholeNumber(message.total);
      writer.openDomain(message.domain, total);
      writer.setStatus(message.domain, 'receiving');
      if (total !== null) this.#progress.begin(message.domain, total);
      notifyQuality(this.#run, message.quality_meta);
    } else if (message.type === 'domain_end') {
      // rows that a server announces and keeps are none of the result's
      if (message.count === 0) this.#progress.begin(message.domain, 0);
      if (this.#follow) writer.openDomain(message.domain, wholeNumber(message.count));
    } else if (message.type === 'progress') this.#follow?.onProgress(message);
    else if (message.type === 'complete') this.#takeEnd(message);
    else if (message.type === 'aggregation') writer.setAggregation(message.data);
    else if (message.type === 'warning') notifyWarning(this.#run, message);
    else if (message.type === 'quality_meta') this.#takeQuality(message);
  }
}
