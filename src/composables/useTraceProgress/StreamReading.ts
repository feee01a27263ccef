import { withRetry } from '../../jobs/index.js';
import { SERVER_ERROR_CODES } from '../../protocol/index.js';
import { type CompletenessProblem, StreamInterruptedError } from '../../stream/index.js';
import { isTold } from '../../stream/domainTally.js';
import { StreamCheck } from '../../stream/StreamCheck.js';
import { withStreamSlot } from '../../stream/streamSlots.js';
import type { PlacedLine } from '../../worker/index.js';
import type { Received } from './Received.js';
import { loadAndReceivePages, loadPages } from './loadPages.js';
import type { PagesEnd } from './receivePages.js';
import {
  isBadLine,
  isBreak,
  isCutShort,
  isRestarted,
  isWayRefused,
  StuckError,
} from './streamEnds.js';
import { type FollowEvents, StreamReceiver } from './StreamReceiver.js';
import { retryOptionsOf, sendOptionsOf, type TraceRun } from './TraceRun.js';
import type { TraceNotice } from './traceState.js';
import { urlOnWay, type WayOn, WaysOn } from './wayOn.js';

export interface StreamReadingOptions {
  /** Of the job; its `/result` gives pages. */
  statusUrl: string;
  /** Null where the server named none. */
  jobId?: string | null;
  /** For the stream of a job that is still at work. */
  createFollow?: () => FollowEvents;
}

/** A stream to read; null for `url` where there is none, and pages are the only way. */
export interface StreamSource {
  url: string | null;
  /** The job is still at work: there are no pages, and what came cannot be read again. */
  isFollowed?: boolean;
  /** The rows were dropped, for the job has begun anew: says whether to read on. */
  onRestart?: () => boolean;
}

/** Tries to go on with a stream that broke off; as many again once one brought a row. */
const MOST_TRIES = 5;
/** A result that begins anew more often than that is not read again. */
const MOST_RESTARTS = 5;
const END_LINES: readonly string[] = ['complete', 'error', 'full_result'];

/** One stream came to its end, in one way or another. */
interface StreamEnd {
  error: unknown;
  /** What broke it off; null where it ended itself. */
  interruption: StreamInterruptedError | null;
  isTakenUp?: boolean;
}

/** A stream came to its own end. */
const ENDED: StreamEnd = { error: null, interruption: null };
/** Rows of an earlier reading are gone on with. */
const TAKEN_UP: StreamEnd = { error: null, interruption: null, isTakenUp: true };

/**
 * Reads a job's result into the store, batch by batch, over as many requests as it takes: a stream
 * that breaks off is gone on with by the best way that there is, and holes in it are filled.
 */
export class StreamReading {
  readonly #options: StreamReadingOptions;
  #run: TraceRun;
  #check!: StreamCheck;
  #receiver!: StreamReceiver;
  #ways!: WaysOn;
  /** Those of pages. */
  #problems: CompletenessProblem[] = [];
  /** The line behind the last one that came, and the bytes so far, of all streams. */
  #line = 1;
  #bytes = 0;
  /** The way that another stream was opened on; null once its first line came. */
  #reopenedBy: WayOn | null = null;
  /** The stream that is read has told its end. */
  #hasEndLine = false;
  /** Rows of the best reading. */
  #mostRows = 0;
  #filledRows = 0;

  constructor(run: TraceRun, options: StreamReadingOptions) {
    this.#run = run;
    this.#options = options;
    this.#begin();
  }

  /** Rows came that can be gone on with. */
  get hasRows(): boolean {
    return this.#rows > 0 && !this.#check.isChanged;
  }

  /** A stream that came to its end left rows out. */
  get hasHoles(): boolean {
    return this.hasRows && !this.#check.isFullResult && this.#check.missing().length > 0;
  }

  /** What is read from now on is of another run, which goes on with the rows of this one. */
  takeUp(run: TraceRun): void {
    this.#run = run;
    this.#receiver.takeUp(run);
    this.#ways.allowAll();
    this.#problems = [];
  }

  /**
   * Reads on, to the end or as far as it goes; resolves also where nothing more can be had. Where the
   * job has begun anew, the rows are dropped and read again; null where they should not be.
   */
  async read(source: StreamSource & { onRestart?: undefined }): Promise<Received>;
  async read(source: StreamSource): Promise<Received | null>;
  async read(source: StreamSource): Promise<Received | null> {
    for (let restarts = 0; ; restarts++) {
      const received = await this.#readAll(source);
      const hasRows = this.#rows > 0;
      if (!isRestarted(received) || !hasRows || restarts === MOST_RESTARTS) return received;
      this.#run.notify([{ kind: 'rows-read-anew', reason: 'restarted' }]);
      this.#run.dropRows();
      this.#begin();
      if (source.onRestart?.() === false) return null;
    }
  }

  /** What came so far, where nothing more can be had. */
  endedBy(error: unknown): Received {
    return { ...this.#verdict(), error };
  }

  get #rows(): number {
    let rows = 0;
    for (const { received } of this.#check.expected().values()) rows += received;
    return this.#check.isFullResult ? this.#run.writer.rowCount() : rows;
  }

  #begin(): void {
    const { request, writer, meter } = this.#run;
    const { domains, profile } = request;
    this.#check = new StreamCheck({ domains, profile }, this.#options.jobId);
    this.#receiver = new StreamReceiver(this.#run, this.#check, this.#options.createFollow?.());
    this.#ways = new WaysOn();
    this.#problems = [];
    this.#line = 1;
    this.#bytes = 0;
    this.#mostRows = 0;
    this.#filledRows = 0;
    // in the order in which they were asked for, whatever the order in which they come
    for (const domain of domains) writer.openDomain(domain);
    meter.startStep();
  }

  async #readAll(source: StreamSource): Promise<Received> {
    let error: unknown;
    try {
      error = await this.#readOn(source);
    } catch (cause) {
      this.#run.signal.throwIfAborted();
      error = cause;
    }
    return { ...this.#verdict(), error };
  }

  #verdict(): Omit<Received, 'error'> {
    const { problems, nonFiniteNumbers: count } = this.#receiver;
    const verdict = this.#check.verdict();
    const notices: TraceNotice[] = count > 0 ? [{ kind: 'non-finite-numbers', count }] : [];
    if (this.#filledRows > 0) notices.push({ kind: 'rows-filled', rows: this.#filledRows });
    // what never opened has nothing to tell
    if (this.#line > 1) notices.push(...verdict.notices);
    return { problems: [...problems, ...verdict.problems, ...this.#problems], notices };
  }

  /** Resolves with what cut the result short, null where nothing did. */
  async #readOn({ url, isFollowed = false }: StreamSource): Promise<unknown> {
    if (url === null) return (await this.#readPages(true, TAKEN_UP)).error;
    // while the network is there
    if (!isFollowed) loadPages().catch(() => undefined);
    const isBegun = this.#line > 1;
    const before = isCutShort(this.#check.verdict().problems) ? TAKEN_UP : ENDED;
    let end = isBegun ? before : await this.#open(url);
    let pagesError: unknown = null;
    while (this.#isMissing(end)) {
      const way = this.#ways.next(isFollowed);
      if (way?.kind === 'pages') {
        const { areOffered, error } = await this.#readPages(false, end);
        if (areOffered) return error;
        pagesError = error;
        this.#ways.refuse('pages');
      } else if (way) end = await this.#goOn(url, end, { way, isFollowed });
      else return end.error ?? pagesError;
    }
    return end.error;
  }

  #open(url: string): Promise<StreamEnd> {
    return withRetry(url, () => this.#readStream(url, null), retryOptionsOf(this.#run));
  }

  /** Whether there is more to be had behind a stream's end. */
  #isMissing({ interruption, isTakenUp }: StreamEnd): boolean {
    if (this.#check.isChanged || this.#check.isFullResult) return false;
    if (interruption || isTakenUp) return true;
    if (!isTold(this.#check.expected())) return false;
    const { problems } = this.#check.verdict();
    const line = problems.find((it) => it.kind === 'error-line');
    if (line?.code === SERVER_ERROR_CODES.resultRestarted) return false;
    // what follows the cursor begins with the same error, and holes lie before it
    this.#ways.refuse('cursor');
    return line !== undefined || this.#check.missing().length > 0;
  }

  /** Goes on by streams until one brings a row, or the end. */
  async #goOn(
    url: string,
    end: StreamEnd,
    { way, isFollowed }: { way: WayOn; isFollowed: boolean },
  ): Promise<StreamEnd> {
    const { interruption, isTakenUp } = end;
    const isHole = !interruption && !isTakenUp;
    const work = async () => {
      const rows = this.#mostRows;
      // each row may have brought another cursor
      const next = await this.#readStream(url, this.#ways.next(isFollowed) ?? way);
      if (!next.interruption || this.#mostRows > rows) return next;
      if (way.kind === 'cursor' && isBadLine(next.error)) throw new StuckError();
      throw next.interruption;
    };
    const patience = { ...retryOptionsOf(this.#run), maxFailures: isHole ? 1 : 1 + MOST_TRIES };
    try {
      const next = await withRetry(url, work, patience, interruption ?? undefined);
      // a hole that is met again will stay
      if (isHole && !next.interruption) this.#ways.refuse(way.kind);
      return next;
    } catch (error) {
      this.#run.signal.throwIfAborted();
      if (!isHole && !isWayRefused(way, error, this.#ways.hasBatches)) throw error;
      this.#ways.refuse(way.kind);
      return end;
    }
  }

  async #readPages(isOnlyWay: boolean, { interruption, isTakenUp }: StreamEnd): Promise<PagesEnd> {
    const end = await loadAndReceivePages({
      run: this.#run,
      statusUrl: this.#options.statusUrl,
      check: this.#check,
      receiver: this.#receiver,
      isOnlyWay,
      isBreak: interruption !== null || isTakenUp === true,
      after: interruption,
      addBytes: (bytes) => this.#run.meter.setBytes((this.#bytes += bytes)),
    });
    this.#problems = end.areOffered ? end.problems : [];
    this.#filledRows += end.filledRows;
    return end;
  }

  /** Rejects where the stream cannot be opened, or holds what cannot be read. */
  async #readStream(streamUrl: string, way: WayOn | null): Promise<StreamEnd> {
    const { decoder, meter, signal } = this.#run;
    const url = urlOnWay(streamUrl, way);
    const before = this.#bytes;
    const onBytes = (bytes: number) => meter.setBytes((this.#bytes = before + bytes));
    this.#hasEndLine = false;
    const options = { ...sendOptionsOf(this.#run), onBytes, hasEnded: () => this.#hasEndLine };
    this.#reopenedBy = this.#line > 1 ? way : null;
    let error: unknown = null;
    try {
      const read = () => decoder.consume(url, (line) => this.#take(line), options);
      await withStreamSlot(read, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (!isBreak(cause) && !this.#check.isChanged) throw cause;
      error = this.#check.isChanged ? null : cause;
    }
    this.#mostRows = Math.max(this.#mostRows, this.#rows);
    const isCut = !this.#check.isChanged && isCutShort(this.#check.verdict().problems);
    if (!isCut) return { error, interruption: null };
    if (error instanceof StreamInterruptedError) return { error, interruption: error };
    const line = this.#reopenedBy ? 1 : this.#line;
    const place = { url, line, byteOffset: this.#bytes - before, cause: error };
    return { error, interruption: new StreamInterruptedError(place) };
  }

  async #take(line: PlacedLine): Promise<void> {
    if (this.#reopenedBy) {
      if (this.#reopenedBy.kind === 'again') this.#check.again();
      else this.#check.resume();
      this.#reopenedBy = null;
      this.#run.meter.addResume();
    }
    await this.#receiver.take(line);
    this.#hasEndLine ||= END_LINES.includes(line.header.type);
    // nothing more of another result
    if (this.#check.isChanged) throw new StuckError();
    this.#line = line.line + 1;
    this.#ways.pass(line.header);
  }
}
