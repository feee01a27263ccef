import { abortable } from '../stream/abortable.js';
import { LimitExceededError } from '../stream/errors/LimitExceededError.js';
import { LineTooLongError } from '../stream/errors/LineTooLongError.js';
import { MalformedLineError } from '../stream/errors/MalformedLineError.js';
import type { NdjsonSink } from '../stream/readNdjson.js';
import type { LineRefusal, DecodeReply, DecodeRequest, PlacedLine } from './decodeMessages.js';
import { DecodeWorkerError } from './errors/DecodeWorkerError.js';
import { listenTo } from './listenTo.js';
import { transferable } from './transferable.js';

/** Bytes that may be under way to the worker: enough to keep it busy, little enough to be held. */
const MOST_BYTES_UNDER_WAY = 8 * 1024 * 1024;
/** As many at first: while the page makes its first rows, nothing else should want its processor. */
const FIRST_BYTES_UNDER_WAY = 1024 * 1024;

export interface WorkerSinkOptions {
  url: string;
  maxLineBytes: number;
  signal?: AbortSignal;
  /** Takes each line in its order; the next one waits for the promise that it returns. */
  onLine: (line: PlacedLine) => unknown;
}

/** Hands bytes to the decode worker and the lines that come back on, in their order. */
export class WorkerSink implements NdjsonSink {
  line = 1;
  readonly #worker: Worker;
  readonly #options: WorkerSinkOptions;
  #underWay = 0;
  #mostUnderWay = FIRST_BYTES_UNDER_WAY;
  /** The lines that came back, handled one after the other. */
  #handled: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #hasEnded = false;
  #failure: { error: unknown } | null = null;

  constructor(worker: Worker, options: WorkerSinkOptions) {
    this.#worker = worker;
    this.#options = options;
    listenTo(
      worker,
      (reply) => this.#onReply(reply),
      (reason) => this.#fail(new DecodeWorkerError(options.url, reason)),
    );
    this.#post({ type: 'stream', maxLineBytes: options.maxLineBytes });
  }

  async push(chunk: Uint8Array): Promise<void> {
    const bytes = transferable(chunk);
    this.#underWay += bytes.byteLength;
    this.#post({ type: 'chunk', bytes }, [bytes.buffer]);
    await this.#until(() => this.#underWay <= this.#mostUnderWay);
  }

  end(): Promise<void> {
    return this.#finish('end');
  }

  cut(): Promise<void> {
    return this.#finish('cut');
  }

  /** Resolves when the worker has done all that it was told before, and its lines were handled. */
  async #finish(type: 'end' | 'cut'): Promise<void> {
    this.#post({ type });
    await this.#until(() => this.#hasEnded);
    await this.#handled;
    this.#throwFailure();
  }

  #post(request: DecodeRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, { transfer });
  }

  #onReply(reply: DecodeReply): void {
    if (reply.type === 'lines') {
      this.line = reply.line;
      this.#handled = this.#handled.then(() => this.#handle(reply.lines, reply.bytes));
    } else if (reply.type === 'refused') {
      // the lines before the refused one are taken first
      this.#handled = this.#handled.then(() => this.#fail(this.#errorOf(reply.refusal)));
    } else if (reply.type === 'ended') {
      this.#handled = this.#handled.then(() => {
        this.#hasEnded = true;
        this.#wake();
      });
    }
  }

  /** Bytes count as done when their lines were handled: a slow page slows the reading down. */
  async #handle(lines: readonly PlacedLine[], bytes: number): Promise<void> {
    const { signal, onLine } = this.#options;
    try {
      for (const line of lines) {
        if (this.#failure || signal?.aborted) return;
        await onLine(line);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#underWay -= bytes;
    if (lines.length > 0) {
      this.#mostUnderWay = Math.min(MOST_BYTES_UNDER_WAY, 2 * this.#mostUnderWay);
    }
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async #until(isReached: () => boolean): Promise<void> {
    while (!this.#failure && !isReached()) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      await abortable(woken, this.#options.signal);
    }
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #errorOf(refusal: LineRefusal): Error {
    const { url, maxLineBytes } = this.#options;
    const { line, byteOffset } = refusal;
    if (refusal.kind === 'too-long') return new LineTooLongError(line, byteOffset, maxLineBytes);
    if (refusal.kind === 'limit') {
      const { limit, most, domain } = refusal;
      return new LimitExceededError(limit, most, { domain, url, line, byteOffset });
    }
    const { reason, isCut } = refusal;
    return new MalformedLineError({ url, line, byteOffset, reason, isCut });
  }
}
