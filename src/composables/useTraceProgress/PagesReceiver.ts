import {
  fetchResultPage,
  type ResultPage,
  resultPageUrl,
  RetriesExhaustedError,
  withRetry,
} from '../../jobs/index.js';
import { HttpError, type MsdAggregation } from '../../protocol/index.js';
import type { DecodedBatch } from '../../records/index.js';
import type { Hole } from '../../stream/BatchPieces.js';
import type { CompletenessProblem } from '../../stream/index.js';
import {
  batchSizeOf,
  MOST_HOLE_ROWS,
  planFill,
  type Probe,
  probeOf,
  probesBehind,
} from '../../stream/planFill.js';
import {
  createRowsReader,
  learnEntries,
  notifyNonFinite,
  notifyQuality,
  type RowsReader,
} from './receiveRows.js';
import { NotPagedError, OddPageError } from './pageErrors.js';
import type { PagesSource } from './PagesSource.js';
import { retryOptionsOf, sendOptionsOf } from './TraceRun.js';

/** Job endpoints allow 60 requests a minute; pages of 5000 rows would use them up at 300,000. */
const PAGE_ROWS = 20_000;

/** Fetches pages one after the other, and puts their rows where they belong. */
export class PagesReceiver {
  readonly problems: CompletenessProblem[] = [];
  filledRows = 0;
  /** A page came as it was asked for. */
  hasPages = false;
  readonly #source: PagesSource;
  readonly #reader: RowsReader;
  /** Domains of which a page came. */
  readonly #told = new Set<string>();
  #after: Error | undefined;
  /** A domain of which the server has no pages. */
  #refusal: unknown = null;
  /** A row that was there before any page, by its place in the result. */
  #oldest: { domain: string; offset: number } | null = null;
  /** Pages that brought rows. */
  #pages = 0;

  constructor(source: PagesSource) {
    this.#source = source;
    this.#reader = createRowsReader(source.run);
    this.#after = source.after ?? undefined;
  }

  async receive(): Promise<void> {
    const { check, isOnlyWay } = this.#source;
    if (isOnlyWay) check.endByPages();
    const missing = check.missing();
    const begun = [...check.expected()].filter(([, { received }]) => received > 0);
    const isLeftAlone = begun.every(([domain]) => !missing.includes(domain));
    // what is there is all of whole domains: it must be of the same result, too
    if (missing.length > 0 && begun[0] && isLeftAlone && !(await this.#isSame(begun[0][0]))) return;
    for (const domain of missing) {
      try {
        await this.#receiveDomain(domain);
      } catch (error) {
        const isOfDomain = error instanceof HttpError && error.status === 400 && !isOnlyWay;
        if (!isOfDomain) throw error;
        this.#refusal ??= error;
      }
      if (check.isChanged) return;
    }
    // nothing but the end was missing, and what stands before it
    if (missing.length === 0) await this.#askForFigures();
    else if (this.hasPages && !(await this.#isStillSame(missing[0]!))) return;
    if (!this.hasPages && this.#refusal) throw this.#refusal;
    if (isOnlyWay || (this.hasPages && check.missing().length === 0)) check.endByPages();
  }

  /** Rows of a full batch, as the domains tell that have several: it is one setting of a server. */
  get #sizeHint(): number | null {
    const sizes = [...this.#source.check.expected().values()]
      .filter(({ pieces }) => pieces.list.length > 1)
      .map((tally) => batchSizeOf(tally) ?? 0);
    return Math.max(0, ...sizes) || null;
  }

  async #receiveDomain(domain: string): Promise<void> {
    const { check } = this.#source;
    if (check.tallyOf(domain).received > 0 && !(await this.#isSame(domain))) return;
    const tally = check.tallyOf(domain);
    let plan = planFill(tally, this.#sizeHint);
    for (const probe of probesBehind(tally, plan?.holes ?? [])) {
      const isInPlace = await this.#holds(domain, probe);
      if (isInPlace === null) return;
      // a batch that is missing had not as many rows as the others
      if (!isInPlace) plan = planFill(tally, this.#sizeHint, false);
      if (!isInPlace) break;
    }
    if (!plan) return;
    for (const hole of plan.holes) await this.#fillHole(domain, hole);
    await this.#takeTail(domain, plan.tail);
    const { received, total } = check.tallyOf(domain);
    if (received === total && !check.isChanged) check.endDomain(domain, received);
  }

  async #askForFigures(): Promise<void> {
    const { check } = this.#source;
    const domains = [...check.expected()].filter(([domain]) => !check.failed.has(domain));
    const [domain, tally] = domains.find(([, { received }]) => received > 0) ?? domains[0] ?? [];
    if (domain === undefined) return;
    if (tally!.received > 0) await this.#isSame(domain);
    else await this.#page(domain, 0, 1);
  }

  /** Holds a row of the table against the server's: the result may be another one by now. */
  async #isSame(domain: string): Promise<boolean> {
    const { run, check } = this.#source;
    const probe = probeOf(check.tallyOf(domain), this.#sizeHint);
    const page = await this.#page(domain, probe?.offset ?? 0, 1);
    if (!page) return false;
    learnEntries(run, domain, page);
    // where the place of no row was known, it may be now, by the total
    const held = probe ?? probeOf(check.tallyOf(domain), this.#sizeHint);
    if (!held) return true;
    if (!probe && held.offset !== 0) return this.#isSame(domain);
    this.#oldest ??= { domain, offset: held.offset };
    if (!this.#areAt(domain, held, page)) check.change(domain);
    return !check.isChanged;
  }

  /**
   * Holds the oldest row against the server's once more: while pages came, the result may have become
   * another one. Only of a whole domain is each row at its place; what is not whole is told anyway.
   */
  async #isStillSame(first: string): Promise<boolean> {
    const { check } = this.#source;
    const { domain, offset } = this.#oldest ?? { domain: first, offset: 0 };
    const { received, total } = check.tallyOf(domain);
    const isOfOnePage = !this.#oldest && this.#pages < 2;
    if (isOfOnePage || received === 0 || received !== total) return true;
    // nothing has ended before that is known
    check.resume();
    const isSame = await this.#holds(domain, { offset, at: 0, row: offset });
    if (isSame === false) check.change(null);
    return isSame === true;
  }

  /** Whether the server has a row of the table at its place; null where it does not say. */
  async #holds(domain: string, probe: Probe): Promise<boolean | null> {
    const page = await this.#page(domain, probe.offset, 1);
    if (page) learnEntries(this.#source.run, domain, page);
    return page && this.#areAt(domain, probe, page);
  }

  #areAt(domain: string, { at, row }: Probe, page: readonly DecodedBatch[]): boolean {
    return page.every((batch) => this.#source.run.writer.holds(domain, at, row, batch));
  }

  async #fillHole(domain: string, hole: Hole): Promise<void> {
    const { run, check, receiver } = this.#source;
    const parts: DecodedBatch[] = [];
    for (let done = 0; done < hole.rows; done += MOST_HOLE_ROWS) {
      const limit = Math.min(MOST_HOLE_ROWS, hole.rows - done);
      const page = await this.#page(domain, hole.offset + done, limit);
      if (!page) return;
      parts.push(...(limit < hole.rows ? learnEntries(run, domain, page) : page));
    }
    const before = run.writer.rowCount();
    const chunks = parts.map(({ rowCount }) => rowCount);
    const { at, removed } = check.fill(domain, hole, chunks);
    run.writer.insert(domain, at, removed, parts);
    receiver.addRows(domain, run.writer.rowCount() - before);
    this.filledRows += hole.rows;
    await run.breathe();
  }

  async #takeTail(domain: string, from: number): Promise<void> {
    const { run, check, receiver, isBreak, isOnlyWay } = this.#source;
    for (let offset = from; ;) {
      const { total, received } = check.tallyOf(domain);
      if (total !== null && offset >= total && (received > 0 || this.#told.has(domain))) return;
      const page = await this.#page(domain, offset, PAGE_ROWS);
      if (!page) return;
      for (const batch of page) {
        run.signal.throwIfAborted();
        run.writer.append(domain, batch);
        check.addTail(domain, batch.rowCount);
        receiver.addRows(domain, batch.rowCount);
        offset += batch.rowCount;
        if (!isBreak && !isOnlyWay) this.filledRows += batch.rowCount;
        await run.breathe();
      }
    }
  }

  /** Asks for a page until it comes as it should; null where nothing of it may be taken. */
  async #page(domain: string, offset: number, limit: number): Promise<DecodedBatch[] | null> {
    const { run, statusUrl } = this.#source;
    const url = resultPageUrl(statusUrl, domain, offset, limit);
    const after = this.#after;
    this.#after = undefined;
    const ask = () => this.#ask(url, domain, { offset, limit });
    try {
      return await withRetry(url, ask, retryOptionsOf(run), after);
    } catch (error) {
      if (!(error instanceof RetriesExhaustedError)) throw error;
      if (!(error.cause instanceof OddPageError)) throw error;
      this.problems.push(...error.cause.problems);
      return null;
    }
  }

  async #ask(url: string, domain: string, place: { offset: number; limit: number }) {
    const { run, check, statusUrl, addBytes } = this.#source;
    let bytesBefore = 0;
    const page = await fetchResultPage(statusUrl, domain, {
      ...sendOptionsOf(run),
      ...place,
      total: check.tallyOf(domain).total,
      profile: run.request.profile,
      read: this.#reader.read,
      onBytes: (bytes) => {
        addBytes(bytes - bytesBefore);
        bytesBefore = bytes;
      },
    }).catch((error: unknown) => {
      run.signal.throwIfAborted();
      // rows of an answer that was refused: their entries are in the dictionaries
      for (const [name, others] of this.#reader.takeBatches()) learnEntries(run, name, others);
      throw error;
    });
    run.signal.throwIfAborted();
    const batches = this.#reader.takeBatches();
    const own = batches.get(domain) ?? [];
    for (const [name, others] of batches) {
      if (name !== domain) learnEntries(run, name, others);
    }
    let isWanted = false;
    try {
      isWanted = this.#isWanted(url, page, place.limit, batches.size);
    } finally {
      if (!isWanted) learnEntries(run, domain, own);
    }
    if (isWanted && place.limit > 1) this.#pages += 1;
    return isWanted ? own : null;
  }

  /** Whether the rows of a page may be taken; throws where it is none, or not as it should be. */
  #isWanted(url: string, page: ResultPage, limit: number, domains: number): boolean {
    const { run, check, isOnlyWay } = this.#source;
    const { domain, offset, rowCount, verdict, answer, nonFiniteNumbers } = page;
    const { begun, received, total: known } = check.tallyOf(domain);
    const isWhole = isOnlyWay && offset === 0 && received === 0;
    const total = page.total ?? (isWhole && rowCount > 0 ? rowCount : null);
    if (!isOnlyWay && (domains > 1 || (rowCount > 0 && total === null))) {
      throw new NotPagedError(`${url} answered more than a page.`);
    }
    check.addFailed(answer);
    if (verdict.notices.length > 0) {
      if (known === null) run.notify(verdict.notices);
      check.endDomain(domain, 0);
      this.hasPages = true;
      return false;
    }
    if (total !== null && !check.tellTotal(domain, total)) return false;
    const odd = verdict.problems.filter(({ kind }) => kind === 'page-count');
    const isLong = rowCount > limit && !isOnlyWay;
    if (isLong && !this.hasPages) throw new NotPagedError(`${url} answered more than a page.`);
    if (odd.length > 0 || isLong) throw new OddPageError(url, odd);
    this.#takeFigures(page, begun);
    notifyNonFinite(run, nonFiniteNumbers);
    return total !== null;
  }

  #takeFigures({ domain, answer, total }: ResultPage, hasBegun: boolean): void {
    const { run, check, receiver, isOnlyWay, isBreak } = this.#source;
    if (!this.hasPages && isBreak) run.meter.addResume();
    this.hasPages = true;
    this.#told.add(domain);
    if (!hasBegun) receiver.beginDomain(domain, total ?? check.tallyOf(domain).total);
    if (!hasBegun && isOnlyWay) notifyQuality(run, answer.quality_meta);
    if (check.hasFigures || !answer.aggregation) return;
    check.hasFigures = true;
    run.writer.setAggregation(answer.aggregation as MsdAggregation);
  }
}
