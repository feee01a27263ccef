import { withRetry } from '../../jobs/index.js';
import { HttpError, SERVER_ERROR_CODES } from '../../protocol/index.js';
import {
  type CompletenessCheck,
  type CompletenessProblem,
  createCompletenessCheck,
  MalformedLineError,
  StreamInterruptedError,
} from '../../stream/index.js';
import { withStreamSlot } from '../../stream/streamSlots.js';
import type { PlacedLine } from '../../worker/index.js';
import { type FollowEvents, StreamReceiver } from './StreamReceiver.js';
import { retryOptionsOf, sendOptionsOf, type TraceRun } from './TraceRun.js';
import type { TraceNotice } from './traceState.js';
import { urlOnWay, type WayOn, wayOnBehind } from './wayOn.js';

/** What a received result lacks, and what cut it short. */
export interface Received {
  problems: CompletenessProblem[];
  notices: readonly TraceNotice[];
  /** The error that ended the receiving; rows before it are kept. */
  error: unknown;
}

export interface StreamReadingOptions {
  /** The server has our extensions: a stream that breaks off before its first row is opened again. */
  isExtended: boolean;
  /** For the stream of a job that is still at work. */
  createFollow?: () => FollowEvents;
}

/** Tries to go on with a stream that broke off; as many again once one brought a row. */
const MOST_TRIES = 5;
/** A result that begins anew more often than that is not read again. */
const MOST_RESTARTS = 5;
/** A server that says so may be asked for the rest a moment later. */
const PASSING_CODES: readonly unknown[] = [
  SERVER_ERROR_CODES.serverStopping,
  SERVER_ERROR_CODES.storeUnavailable,
];

/** One stream came to its end, in one way or another. */
interface StreamEnd {
  error: unknown;
  /** The result goes on behind it. */
  interruption: StreamInterruptedError | null;
}

/** Whether what was read is no more: another attempt at the job has begun. */
function isRestarted({ problems, error }: Received): boolean {
  const { resultRestarted } = SERVER_ERROR_CODES;
  const isTold = problems.some((it) => it.kind === 'error-line' && it.code === resultRestarted);
  return isTold || (error instanceof HttpError && error.status === 412);
}

/** Whether a body ended before its time, and not by what it held. */
function isBreak(error: unknown): boolean {
  return (
    error instanceof StreamInterruptedError || (error instanceof MalformedLineError && error.isCut)
  );
}

/**
 * Reads a job's result into the store, batch by batch, over as many streams as it takes: one that
 * breaks off is opened again behind the last batch that came, where the server sends cursors.
 */
export class StreamReading {
  readonly #run: TraceRun;
  readonly #options: StreamReadingOptions;
  #check!: CompletenessCheck;
  #receiver!: StreamReceiver;
  #way: WayOn | null = null;
  /** The line behind the last one that came, and the bytes so far, of all streams. */
  #line = 1;
  #bytes = 0;
  #isReopened = false;
  /** Rows of the best reading. */
  #mostRows = 0;

  constructor(run: TraceRun, options: StreamReadingOptions) {
    this.#run = run;
    this.#options = options;
    this.#begin();
  }

  /** What came can be gone on with, by another stream of the same result. */
  get canGoOn(): boolean {
    return this.#way !== null;
  }

  /**
   * Reads on, to the end or as far as it goes; resolves also where the stream breaks off for good.
   * Where the job has begun anew, the rows are dropped and `onRestart` says whether to read again:
   * null if not.
   */
  async read(streamUrl: string): Promise<Received>;
  async read(streamUrl: string, onRestart: () => boolean): Promise<Received | null>;
  async read(streamUrl: string, onRestart = () => true): Promise<Received | null> {
    for (let restarts = 0; ; restarts++) {
      const received = await this.#readAll(streamUrl);
      const hasRows = this.#run.meter.read().rows > 0;
      if (!isRestarted(received) || !hasRows || restarts === MOST_RESTARTS) return received;
      this.#run.notify([{ kind: 'rows-read-anew', reason: 'restarted' }]);
      this.#run.dropRows();
      this.#begin();
      if (!onRestart()) return null;
    }
  }

  #begin(): void {
    const { request, writer, meter } = this.#run;
    const { domains, profile } = request;
    const { isExtended, createFollow } = this.#options;
    this.#check = createCompletenessCheck({ domains, profile });
    this.#receiver = new StreamReceiver(this.#run, this.#check, createFollow?.());
    this.#way = isExtended ? { kind: 'start' } : null;
    this.#line = 1;
    this.#bytes = 0;
    // in the order in which they were asked for, whatever the order in which they come
    for (const domain of domains) writer.openDomain(domain);
    meter.startStep();
  }

  async #readAll(streamUrl: string): Promise<Received> {
    let error: unknown;
    try {
      error = await this.#readStreams(streamUrl);
    } catch (cause) {
      this.#run.signal.throwIfAborted();
      error = cause;
    }
    const { problems, nonFiniteNumbers: count } = this.#receiver;
    const notices: TraceNotice[] = count > 0 ? [{ kind: 'non-finite-numbers', count }] : [];
    // what never opened has nothing to tell
    if (this.#line > 1) notices.push(...this.#check.notices());
    return { problems: [...problems, ...this.#check.problems()], notices, error };
  }

  /** Resolves with what broke the last stream off, null where nothing did. */
  async #readStreams(streamUrl: string): Promise<unknown> {
    const options = retryOptionsOf(this.#run);
    const goOn = async () => {
      const rows = this.#mostRows;
      const end = await this.#readStream(streamUrl);
      if (end.interruption && this.#mostRows === rows) throw end.interruption;
      return end;
    };
    const patience = { ...options, maxFailures: 1 + MOST_TRIES };
    let end = await withRetry(streamUrl, () => this.#readStream(streamUrl), options);
    while (end.interruption) end = await withRetry(streamUrl, goOn, patience, end.interruption);
    return end.error;
  }

  /** Rejects where the stream cannot be opened, or holds what cannot be read. */
  async #readStream(streamUrl: string): Promise<StreamEnd> {
    const { decoder, meter, signal } = this.#run;
    const url = urlOnWay(streamUrl, this.#way);
    const before = this.#bytes;
    const onBytes = (bytes: number) => meter.setBytes((this.#bytes = before + bytes));
    const options = { ...sendOptionsOf(this.#run), onBytes };
    this.#isReopened = this.#line > 1;
    let error: unknown = null;
    try {
      const read = () => decoder.consume(url, (line) => this.#take(line), options);
      await withStreamSlot(read, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (!isBreak(cause)) throw cause;
      error = cause;
    }
    this.#mostRows = Math.max(this.#mostRows, meter.read().rows);
    if (this.#way === null || !this.#isCutShort()) return { error, interruption: null };
    if (error instanceof StreamInterruptedError) return { error, interruption: error };
    const line = this.#isReopened ? 1 : this.#line;
    const place = { url, line, byteOffset: this.#bytes - before, cause: error };
    return { error, interruption: new StreamInterruptedError(place) };
  }

  async #take(line: PlacedLine): Promise<void> {
    if (this.#isReopened) {
      this.#isReopened = false;
      this.#check.resume();
      this.#run.meter.addResume();
    }
    await this.#receiver.take(line);
    this.#line = line.line + 1;
    if (line.header.type === 'records') this.#way = wayOnBehind(line.header);
  }

  #isCutShort(): boolean {
    return this.#check
      .problems()
      .some(
        (it) =>
          it.kind === 'no-end-mark' ||
          (it.kind === 'error-line' && PASSING_CODES.includes(it.code)),
      );
  }
}
