import { ApiError } from '../http/ApiError.js';
import type { BodyPieces } from '../http/streamBody.js';
import type { Log } from '../log.js';
import type { PlainError, StageMessage, StageReply } from './stageThread.js';
import type { OpenStages, StageAnswer, StageRequest } from './TraceStages.js';

/** A thread that answers the stages. */
export interface StageThread {
  post(message: StageMessage, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (reply: StageReply) => void): void;
  /** Called with the reason when the thread dies on its own. */
  onDeath(listener: (reason: string) => void): void;
  /** Whether somebody waits for it: a thread that nobody asks keeps no process alive. */
  setBusy(isBusy: boolean): void;
  terminate(): void;
}

/** How long a thread that was told to close may take to let go of its source, ms. */
const CLOSE_MS = 2_000;

function revive(error: PlainError): Error {
  if ('api' in error) {
    const { status, code, message, meta } = error.api;
    return new ApiError(status, code, message, meta);
  }
  return Object.assign(new Error(error.message), { stack: error.stack });
}

interface Waiting {
  resolve(reply: StageReply): void;
  reject(reason: unknown): void;
}

/**
 * Stages in a thread of their own, started by the first request, and anew by the next one where it
 * died; what was asked of it then fails. Bodies cross as bytes, by transfer, each piece when the
 * reader wants it.
 */
export function createThreadStages(start: () => StageThread, log: Log): OpenStages {
  let line: ThreadLine | undefined;
  return {
    stages: {
      answer(request, signal) {
        if (!line?.isAlive) line = new ThreadLine(start(), log);
        return line.answer(request, signal);
      },
    },
    close: async () => line?.close(),
  };
}

/** The line to one thread, from its start to its death. */
class ThreadLine {
  readonly #thread: StageThread;
  /** Who waits for the next reply about a request. */
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;
  #closed: (() => void) | undefined;
  isAlive = true;

  constructor(thread: StageThread, log: Log) {
    this.#thread = thread;
    thread.setBusy(false);
    thread.onDeath((reason) => this.#die(new Error(reason)));
    thread.onMessage((reply) => {
      if (reply.type === 'log') log(reply.level, reply.message, reply.fields);
      else if (reply.type === 'closed') this.#closed?.();
      else this.#settle(reply.id, ({ resolve }) => resolve(reply));
    });
  }

  async answer(request: StageRequest, signal: AbortSignal): Promise<StageAnswer> {
    const id = this.#ids++;
    const ask: StageMessage = { type: 'ask', id, request };
    const reply = await this.#call(id, ask, signal, [request.body.buffer]);
    if (reply.type === 'job') return { job: reply.job };
    return { body: (left) => this.#body(id, AbortSignal.any([signal, left])) };
  }

  /** Ends what is under way, and the thread. */
  async close(): Promise<void> {
    if (!this.isAlive) return;
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    const timer = setTimeout(() => this.#closed?.(), CLOSE_MS);
    this.#thread.post({ type: 'close' });
    await closed;
    clearTimeout(timer);
    this.#die(new Error('The server is stopping.'));
    this.#thread.terminate();
  }

  #body(id: number, left: AbortSignal): BodyPieces {
    // whoever leaves before the first piece never starts the generator
    left.addEventListener('abort', () => this.#post({ type: 'stop', id }), { once: true });
    return this.#pieces(id, left);
  }

  async *#pieces(id: number, left: AbortSignal): BodyPieces {
    for (let isWhole = false; !isWhole;) {
      const reply = await this.#call(id, { type: 'pull', id }, left);
      if (reply.type !== 'pieces') throw new Error(`A pull was answered by "${reply.type}".`);
      yield* reply.pieces;
      isWhole = reply.done;
    }
  }

  /** Says something about a request and waits for the reply; aborted, it stops the request. */
  async #call(
    id: number,
    message: StageMessage,
    signal: AbortSignal,
    transfer?: ArrayBuffer[],
  ): Promise<StageReply> {
    signal.throwIfAborted();
    const onAbort = () => {
      this.#post({ type: 'stop', id });
      this.#settle(id, ({ reject }) => reject(signal.reason));
    };
    const replied = new Promise<StageReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#thread.setBusy(true);
      if (!this.isAlive) throw new Error('The thread that answers has ended.');
      this.#thread.post(message, transfer);
      const reply = await replied;
      if (reply.type === 'failed') throw revive(reply.error);
      return reply;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#settle(id, () => undefined);
    }
  }

  #post(message: StageMessage): void {
    if (this.isAlive) this.#thread.post(message);
  }

  #settle(id: number, tell: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    tell(waiting);
    if (this.#waiting.size === 0) this.#thread.setBusy(false);
  }

  #die(reason: Error): void {
    this.isAlive = false;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, ({ reject }) => reject(reason));
  }
}
