import { ApiError } from '../http/ApiError.js';
import type { BodyPieces } from '../http/streamBody.js';
import type { Log, LogLevel } from '../log.js';
import type { PackedJob } from '../ports.js';
import type { StageRequest, TraceStages } from './TraceStages.js';

/** What the stages' thread is told. A request that is stopped gets no more answers. */
export type StageMessage =
  | { type: 'ask'; id: number; request: StageRequest }
  | { type: 'pull'; id: number }
  | { type: 'stop'; id: number }
  | { type: 'close' };

/** An error, so that the other thread can throw it again. */
export type PlainError =
  | { api: Pick<ApiError, 'status' | 'code' | 'message' | 'meta'> }
  | { message: string; stack?: string };

/** What it says: one `body`, `job` or `failed` a request, then an answer to each pull. */
export type StageReply =
  | { type: 'body'; id: number }
  | { type: 'job'; id: number; job: PackedJob }
  | { type: 'pieces'; id: number; pieces: Uint8Array<ArrayBuffer>[]; done: boolean }
  | { type: 'failed'; id: number; error: PlainError }
  | { type: 'log'; level: LogLevel; message: string; fields?: Record<string, unknown> }
  | { type: 'closed' };

/** The stages' end of the line to the thread that answers requests. */
export interface StagePort {
  post(reply: StageReply, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: StageMessage) => void): void;
}

/** A log whose lines are written by the other thread. */
export function createRemoteLog(port: Pick<StagePort, 'post'>): Log {
  return (level, message, fields) => port.post({ type: 'log', level, message, fields });
}

function plainError(error: unknown): PlainError {
  if (error instanceof ApiError) {
    const { status, code, message, meta } = error;
    return { api: { status, code, message, meta } };
  }
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, stack: error.stack };
}

/** Small pieces travel together, until they are so many bytes. */
const LEAST_BYTES = 65_536;
const encoder = new TextEncoder();

/** The next pieces of a body, each in a buffer of its own. */
async function takePieces(body: BodyPieces) {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let bytes = 0; bytes < LEAST_BYTES;) {
    const { done, value } = await body.next();
    if (done) return { pieces, done: true };
    const piece = typeof value === 'string' ? encoder.encode(value) : value;
    pieces.push(piece as Uint8Array<ArrayBuffer>);
    bytes += piece.byteLength;
  }
  return { pieces, done: false };
}

/** Answers what the port brings, as far as the other side pulls it, until it is told to close. */
export function serveStages(
  port: StagePort,
  stages: TraceStages,
  close: () => Promise<void>,
): void {
  const server = new StageServer(port, stages);
  port.onMessage((message) => {
    if (message.type === 'ask') server.ask(message.id, message.request);
    else if (message.type === 'pull') server.pull(message.id);
    else if (message.type === 'stop') server.stop(message.id);
    else
      void server
        .stopAll()
        .then(close)
        .finally(() => port.post({ type: 'closed' }));
  });
}

class StageServer {
  readonly #port: StagePort;
  readonly #stages: TraceStages;
  /** What is asked for and not yet wholly answered. */
  readonly #asked = new Map<number, { stop: AbortController; body?: BodyPieces }>();

  constructor(port: StagePort, stages: TraceStages) {
    this.#port = port;
    this.#stages = stages;
  }

  ask(id: number, request: StageRequest): void {
    this.#orFail(id, async () => {
      const stop = new AbortController();
      this.#asked.set(id, { stop });
      const answer = await this.#stages.answer(request, stop.signal);
      if (stop.signal.aborted) return;
      if ('job' in answer) {
        this.#asked.delete(id);
        this.#port.post({ type: 'job', id, job: answer.job });
      } else {
        this.#asked.set(id, { stop, body: answer.body(stop.signal) });
        this.#port.post({ type: 'body', id });
      }
    });
  }

  pull(id: number): void {
    const body = this.#asked.get(id)?.body;
    if (!body) return;
    this.#orFail(id, async () => {
      const { pieces, done } = await takePieces(body);
      if (done) this.#asked.delete(id);
      const transfer = pieces.map((piece) => piece.buffer);
      this.#port.post({ type: 'pieces', id, pieces, done }, transfer);
    });
  }

  stop(id: number): void {
    const request = this.#asked.get(id);
    this.#asked.delete(id);
    request?.stop.abort();
    this.#orFail(id, async () => void (await request?.body?.return()));
  }

  async stopAll(): Promise<void> {
    for (const id of [...this.#asked.keys()]) this.stop(id);
  }

  #orFail(id: number, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      // who stopped it waits for nothing
      if (!this.#asked.delete(id)) return;
      this.#port.post({ type: 'failed', id, error: plainError(error) });
    });
  }
}
