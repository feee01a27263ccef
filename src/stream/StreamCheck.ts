import { shortText } from '../protocol/shortText.js';
import type { BatchPlace, Hole } from './BatchPieces.js';
import type {
  CompletenessNotice,
  CompletenessOptions,
  CompletenessVerdict,
} from './CompletenessProblem.js';
import {
  addBatch,
  createDomainTally,
  type DomainTally,
  fillHole,
  isInTail,
  isWholeDomain,
  markAgain,
  markDomain,
  replaceBatch,
} from './domainTally.js';
import { KeptList } from './KeptList.js';
import { judgeStream, type StreamEndMark } from './judgeStream.js';
import { fieldsOf, textOf, textsOf, wholeNumber, type MessageHeader } from './messageHeader.js';
import { RepeatedLines } from './RepeatedLines.js';
import { ResultIdentity } from './ResultIdentity.js';
import { StreamProblems } from './StreamProblems.js';

/** Follows a stream by its headers, and what pages brought of it; see `createCompletenessCheck`. */
export class StreamCheck {
  /** Where the batch that was taken last belongs; null: behind all others of its domain. */
  place: BatchPlace | null = null;
  /** Chunk of its table that the batch that was dropped last should equal; null where there is none. */
  repeatedAt: number | null = null;
  /** The aggregation came. */
  hasFigures = false;
  readonly #asked: readonly string[];
  #profile: string | null;
  #announced: Set<string> | null = null;
  // A Map, because a domain of the wire may be called __proto__.
  readonly #domains = new Map<string, DomainTally>();
  readonly #failed = new Set<string>();
  readonly #repeated = new RepeatedLines();
  readonly #identity: ResultIdentity;
  readonly #problems = new StreamProblems();
  readonly #notices = new KeptList<CompletenessNotice>();
  #end: StreamEndMark | null = null;
  #isChanged = false;
  #totalRecords: number | null = null;

  /** `jobId`: of the job that was asked for, where it is known. */
  constructor({ domains = [], profile }: CompletenessOptions, jobId: string | null = null) {
    this.#identity = new ResultIdentity(jobId);
    this.#asked = domains;
    this.#profile = profile ?? null;
  }

  /** What came later is of another result. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** The result came whole, in one line. */
  get isFullResult(): boolean {
    return this.#end === 'full_result';
  }

  get failed(): ReadonlySet<string> {
    return this.#failed;
  }

  accept(header: MessageHeader): 'take' | 'drop' {
    if (header.type === 'records') return this.#takeBatch(header);
    if (this.#repeated.has(header)) return this.#takeAgain(header);
    // An error counts even behind `complete`: the server knows of it.
    const late = this.#end !== null && header.type !== 'error';
    if (!late && this.#takeLine(header)) return 'take';
    const domain = textOf(header.domain);
    this.#notices.push({ kind: 'line-unexpected', type: header.type, domain });
    return 'drop';
  }

  resume(): void {
    this.#repeated.resume();
    for (const tally of this.#domains.values()) tally.again = null;
    // the server could not go on then, and does now; and an end with holes is none
    this.#end = null;
    this.#problems.settleError();
  }

  /** The stream is read again from its beginning: the batches that came will come once more. */
  again(): void {
    this.resume();
    for (const tally of this.#domains.values()) tally.again = new Set(tally.batches);
  }

  /** What comes is not the same result any more; null where that concerns all of it. */
  change(domain: string | null): void {
    if (!this.#isChanged) this.#problems.add({ kind: 'result-changed', domain });
    this.#isChanged = true;
  }

  tallyOf = (domain: string): DomainTally => this.#domains.get(domain) ?? createDomainTally();

  /** What came of each domain that was asked for, announced or sent, in this order. */
  expected(): Map<string, DomainTally> {
    const names = [...this.#asked, ...(this.#announced ?? []), ...this.#domains.keys()];
    return new Map(names.map((domain) => [domain, this.tallyOf(domain)]));
  }

  /** The domains of which something is missing that the server may have. */
  missing(): string[] {
    return [...this.expected()]
      .filter(([domain, tally]) => !this.#failed.has(domain) && !isWholeDomain(tally, this.#isMsd))
      .map(([domain]) => domain);
  }

  /** A page told the total of a domain. False where it differs from what was told before. */
  tellTotal(domain: string, total: number): boolean {
    const tally = this.#tallyOf(domain);
    tally.begun = true;
    tally.total ??= total;
    if (tally.total !== total || tally.received > total) this.change(domain);
    return !this.isChanged;
  }

  /** Pages brought the rows of a hole, in so many chunks. */
  fill(domain: string, hole: Hole, chunks: readonly number[]): BatchPlace {
    for (let batch = hole.from; batch <= hole.to; batch++)
      this.#problems.settleBatch(domain, batch);
    return fillHole(this.#tallyOf(domain), hole, chunks);
  }

  /** Pages brought so many rows behind those of all batches. */
  addTail(domain: string, rows: number): void {
    const tally = this.#tallyOf(domain);
    tally.received += rows;
    tally.tail += rows;
  }

  /** A page was asked for behind the last row: the domain ends there. */
  endDomain(domain: string, count: number): void {
    const tally = this.#tallyOf(domain);
    tally.begun = tally.ended = true;
    tally.endCount = count;
    this.#problems.settleDomain(domain);
  }

  /** The failed domains that an answer names. */
  addFailed(answer: unknown): void {
    this.#takeFailed(fieldsOf(answer));
  }

  /** Pages brought all that a stream would have: its own end does not matter any more. */
  endByPages(): void {
    this.#end = 'pages';
    this.#problems.settleError();
  }

  get #isMsd(): boolean {
    return this.#profile === 'mid_section_defect';
  }

  verdict(): CompletenessVerdict {
    return judgeStream({
      problems: this.#problems.list,
      notices: [...this.#notices],
      leftProblems: this.#problems.left,
      leftNotices: this.#notices.left,
      end: this.#end,
      totalRecords: this.#totalRecords,
      hasMeta: this.#announced !== null,
      isAsked: this.#asked.length > 0,
      isMsd: this.#isMsd,
      failed: this.#failed,
      domains: this.expected(),
    });
  }

  #takeBatch(header: MessageHeader): 'take' | 'drop' {
    this.place = this.repeatedAt = null;
    const domain = textOf(header.domain);
    const batch = wholeNumber(header.batch);
    const tally = domain === null ? null : this.#tallyOf(domain);
    const isAgain = batch !== null && tally?.again?.delete(batch) === true;
    if (isAgain) return this.#takeBatchAgain(tally!, batch, header);
    if (domain !== null && batch !== null && tally?.batches.has(batch)) {
      this.#notices.push({ kind: 'batch-repeated', domain, batch });
      return this.#takeBatchAgain(tally, batch, header);
    }
    if (tally && batch !== null && isInTail(tally, batch)) return 'drop';
    const isOver = this.#end !== null || (tally?.ended === true && tally.again === null);
    if (domain === null || tally === null || batch === null || isOver) {
      this.#problems.add({ kind: 'batch-unexpected', domain, batch });
      return 'drop';
    }
    const expected = wholeNumber(header.count);
    const isDoubtful = header.rows !== expected;
    this.#problems.settleBatch(domain, batch);
    if (isDoubtful) {
      const received = header.rows ?? 0;
      this.#problems.add({ kind: 'batch-count', domain, batch, received, expected });
    }
    if (header.rows === null) return 'drop';
    this.place = addBatch(tally, batch, { rows: header.rows, isDoubtful });
    return 'take';
  }

  /** Of a batch that came before: rows in doubt are taken anew, all others are there. */
  #takeBatchAgain(tally: DomainTally, batch: number, { rows, count, domain }: MessageHeader) {
    const found = tally.pieces.find(batch);
    const isSound = rows !== null && rows === wholeNumber(count);
    if (!isSound) return 'drop';
    if (found?.piece.isDoubtful) {
      this.place = replaceBatch(tally, found, rows);
      this.#problems.settleBatch(domain as string, batch);
      return 'take';
    }
    if (!found) return 'drop';
    if (rows !== found.piece.rows) this.change(domain as string);
    this.repeatedAt = found.at;
    return 'drop';
  }

  #takeAgain(header: MessageHeader): 'drop' {
    if (header.type === 'meta' && !this.#identity.isSame(header)) this.change(null);
    const domain = textOf(header.domain);
    const tally = domain === null ? undefined : this.#domains.get(domain);
    if (!tally) return 'drop';
    if (!markAgain(tally, header)) this.change(domain);
    return 'drop';
  }

  /** False for a line that may not stand where it stands. */
  #takeLine(header: MessageHeader): boolean {
    switch (header.type) {
      case 'meta':
        return this.#takeMeta(header);
      case 'domain_start':
      case 'domain_end':
        return this.#takeDomainMark(header);
      case 'aggregation':
        this.hasFigures = true;
        return true;
      case 'warning':
        this.#takeFailed(header);
        return true;
      case 'error':
        this.#end = 'error';
        this.#problems.add({
          kind: 'error-line',
          code: textOf(header.code),
          message: shortText(textOf(header.message) ?? ''),
        });
        return true;
      case 'full_result':
        // It stands in place of all else: rows that came before would be in it a second time.
        if (this.#domains.size > 0) return false;
        this.#end = 'full_result';
        return true;
      case 'complete':
        this.#end = 'complete';
        this.#totalRecords = wholeNumber(header.total_records);
        return true;
      default:
        return true;
    }
  }

  #takeMeta(header: MessageHeader): boolean {
    if (!this.#identity.isSame(header)) this.change(null);
    if (this.#announced !== null) return false;
    this.#announced = new Set(textsOf(header.domains));
    this.#profile ??= textOf(header.profile);
    return true;
  }

  #takeDomainMark(header: MessageHeader): boolean {
    const domain = textOf(header.domain);
    return domain !== null && markDomain(this.#tallyOf(domain), header);
  }

  #takeFailed({ failed_domains: names, code }: Record<string, unknown>): void {
    const failed = textsOf(names);
    for (const domain of failed) this.#failed.add(domain);
    const isTold = this.#problems.has('domain-failed');
    if (failed.length === 0 && code === 'EVENTS_PARTIAL_FAILURE' && !isTold) {
      this.#problems.add({ kind: 'domain-failed', domain: null });
    }
  }

  #tallyOf(domain: string): DomainTally {
    const known = this.#domains.get(domain);
    if (known) return known;
    if (this.#announced !== null && !this.#announced.has(domain)) {
      this.#notices.push({ kind: 'domain-unannounced', domain });
    }
    const tally = createDomainTally();
    this.#domains.set(domain, tally);
    return tally;
  }
}
