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
import { checkAnswer, type CompletenessProblem } from '../../stream/index.js';
import type { StreamCheck } from '../../stream/StreamCheck.js';
import { textsOf, wholeNumber } from '../../stream/messageHeader.js';
import {
  createDomainProgress,
  createFollowedProgress,
  type DomainProgress,
} from './createDomainProgress.js';
import { learnEntries, notifyQuality, notifyWarning, receiveAnswer } from './receiveRows.js';
import type { TraceRun } from './TraceRun.js';

/** Told while a job is followed. */
export interface FollowEvents {
  onProgress: (progress: ProgressMessage) => void;
  /** Before each batch. */
  onBatch: () => void;
}

/** Takes the lines of a stream into the store, as far as the check lets it. */
export class StreamReceiver {
  /** Of a `full_result`; all others are the check's. */
  readonly problems: CompletenessProblem[] = [];
  nonFiniteNumbers = 0;
  readonly #check: StreamCheck;
  #follow: FollowEvents | undefined;
  #run: TraceRun;
  #progress: DomainProgress;

  constructor(run: TraceRun, check: StreamCheck, follow: FollowEvents | undefined) {
    this.#run = run;
    this.#check = check;
    this.#follow = follow;
    this.#progress = this.#createProgress();
  }

  /** What comes from now on is of another run, which goes on with this one's rows. */
  takeUp(run: TraceRun): void {
    this.#run = run;
    this.#follow = undefined;
    this.#progress = this.#createProgress();
    for (const [domain, { total, received }] of this.#check.expected()) {
      if (total !== null) this.#progress.begin(domain, total, received);
    }
  }

  #createProgress(): DomainProgress {
    const { meter, request } = this.#run;
    if (this.#follow) return createFollowedProgress(meter);
    return createDomainProgress(meter, request.domains.length);
  }

  /** A domain begins, as a stream or its first page says. */
  beginDomain(domain: string, total: number | null): void {
    const { writer } = this.#run;
    writer.openDomain(domain, total);
    writer.setStatus(domain, 'receiving');
    if (total !== null) this.#progress.begin(domain, total);
  }

  /** So many rows more are in the store. */
  addRows(domain: string, rows: number): void {
    this.#progress.add(domain, rows);
  }

  async take({ header, batch, message, result, nonFiniteNumbers }: DecodedLine): Promise<void> {
    const isTaken = this.#check.accept(header) === 'take';
    if (isTaken) this.nonFiniteNumbers += nonFiniteNumbers;
    if (batch && typeof header.domain === 'string') this.#takeBatch(header.domain, batch, isTaken);
    else if (isTaken && message?.type === 'full_result')
      await this.#takeFullResult(message.data, result ?? new Map());
    else if (result)
      for (const [domain, batches] of result) learnEntries(this.#run, domain, batches);
    else if (isTaken && message) this.#takeLine(message);
    await this.#run.breathe();
  }

  #takeBatch(domain: string, batch: DecodedBatch, isTaken: boolean): void {
    this.#follow?.onBatch();
    const { writer } = this.#run;
    const { place, repeatedAt } = this.#check;
    if (isTaken && !place) {
      writer.append(domain, batch);
      this.#progress.add(domain, batch.rowCount);
    } else if (isTaken && place) {
      const before = writer.rowCount();
      writer.insert(domain, place.at, place.removed, [batch]);
      this.#progress.add(domain, writer.rowCount() - before);
    } else {
      // later batches build on the dictionary entries of one whose rows are not wanted
      writer.append(domain, withoutRows(batch));
      const isHeld = repeatedAt === null || writer.holds(domain, repeatedAt, 0, batch);
      if (!isHeld) this.#check.change(domain);
    }
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
      this.beginDomain(message.domain, wholeNumber(message.total));
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
