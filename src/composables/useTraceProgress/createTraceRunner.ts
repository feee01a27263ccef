import { TraceError } from '../../protocol/index.js';
import type { TraceLimits } from '../../protocol/TraceLimits.js';
import type { TraceWriter } from '../../stores/index.js';
import { type ClosableTraceDecoder, createTraceDecoder } from '../../worker/index.js';
import { checkLimits, createTraceGuard } from './createTraceGuard.js';
import { createTraceMeter, type TraceMeter } from './createTraceMeter.js';
import { createYielder } from '../../stream/createYielder.js';
import { runTrace } from './runTrace.js';
import type { TraceRequest, TraceRun, TraceTransport } from './TraceRun.js';
import { isActiveState, stageOf, type TraceNotice, type TraceState } from './traceState.js';

export interface TraceRunnerOptions {
  writer: TraceWriter;
  transport: TraceTransport;
  limits?: Partial<TraceLimits>;
  /** Milliseconds since any moment. */
  now: () => number;
  onState: (state: TraceState) => void;
  onNotices: (notices: readonly TraceNotice[]) => void;
}

/** Runs one trace at a time; a new one ends the one before it. */
export interface TraceRunner {
  readonly state: TraceState;
  /** Of the last trace; null before the first. */
  readonly meter: TraceMeter | null;
  /** Resolves with the state in which the trace ended; never rejects. */
  execute(request: TraceRequest): Promise<TraceState>;
  /** Cancels the trace under way, here and, where it can be told, on the server. */
  abort(): void;
  reset(): void;
}

interface CurrentRun {
  controller: AbortController;
  decoder: ClosableTraceDecoder;
  cancelOnServer: (() => Promise<unknown>) | null;
  /** The state in which it ended; null while it is under way. */
  endedIn: TraceState | null;
}

export function createTraceRunner(options: TraceRunnerOptions): TraceRunner {
  return new Runner(options);
}

class Runner implements TraceRunner {
  state: TraceState = { status: 'idle' };
  meter: TraceMeter | null = null;
  readonly #options: TraceRunnerOptions;
  #current: CurrentRun | null = null;

  constructor(options: TraceRunnerOptions) {
    checkLimits(options.limits);
    this.#options = options;
  }

  async execute(request: TraceRequest): Promise<TraceState> {
    this.#end();
    const { writer, now, limits, onNotices } = this.#options;
    writer.clear();
    this.meter = createTraceMeter(now, createTraceGuard(limits, onNotices));
    const controller = new AbortController();
    const decoder = createTraceDecoder();
    const current: CurrentRun = { controller, decoder, cancelOnServer: null, endedIn: null };
    this.#current = current;
    const run = this.#createRun(current, request, this.meter);
    try {
      await runTrace(run);
    } catch (error) {
      const stage = stageOf(this.state) ?? 'events';
      if (!run.signal.aborted) this.#enter({ status: 'failed', stage, error: asTraceError(error) });
    }
    return current.endedIn ?? this.state;
  }

  abort(): void {
    if (!isActiveState(this.state)) return;
    const stage = stageOf(this.state) ?? 'events';
    this.#end();
    this.#enter({ status: 'cancelled', stage });
  }

  reset(): void {
    this.#end();
    this.#options.writer.clear();
    this.meter = null;
    this.#enter({ status: 'idle' });
  }

  #enter(state: TraceState): void {
    this.state = state;
    if (!isActiveState(state)) this.#settle(state);
    this.#options.onState(state);
  }

  /** A trace has ended: nothing of it is left to be cancelled, and nothing is under way. */
  #settle(state: TraceState): void {
    this.meter?.end();
    this.#options.writer.endReceiving();
    if (!this.#current) return;
    this.#current.endedIn = state;
    this.#current.cancelOnServer = null;
    this.#current.decoder.close();
  }

  #createRun(current: CurrentRun, request: TraceRequest, meter: TraceMeter): TraceRun {
    const { writer, transport, onNotices } = this.#options;
    const { signal } = current.controller;
    return {
      request,
      transport,
      signal,
      meter,
      writer,
      get decoder() {
        return current.decoder;
      },
      breathe: createYielder(),
      enter: (state) => {
        signal.throwIfAborted();
        this.#enter(state);
        // whoever watches the state may have ended the run
        signal.throwIfAborted();
      },
      notify: (notices) => {
        signal.throwIfAborted();
        if (notices.length > 0) onNotices(notices);
      },
      dropRows: () => {
        signal.throwIfAborted();
        // what the decoder has told of its dictionaries goes with the rows
        current.decoder.close();
        current.decoder = createTraceDecoder();
        writer.clear();
        meter.dropRows();
      },
      onCancel: (cancel) => void (current.cancelOnServer = cancel),
    };
  }

  #end(): void {
    const current = this.#current;
    this.#current = null;
    if (!current) return;
    const stage = stageOf(this.state) ?? 'events';
    current.endedIn ??= { status: 'cancelled', stage };
    current.controller.abort();
    current.decoder.close();
    current.cancelOnServer?.().catch((error: unknown) => {
      if (this.state.status !== 'cancelled' || this.#current) return;
      this.#options.onNotices([{ kind: 'cancel-failed', error: asTraceError(error) }]);
    });
  }
}

/** What is no TraceError is a fault of this library or of the page; its cause tells. */
function asTraceError(error: unknown): TraceError {
  if (error instanceof TraceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TraceError('UNEXPECTED', `The trace failed unexpectedly: ${message}`, {
    cause: error,
  });
}
