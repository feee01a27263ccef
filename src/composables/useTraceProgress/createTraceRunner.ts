import type { TraceWriter } from '../../stores/index.js';
import type { TraceLimits } from '../../protocol/TraceLimits.js';
import { checkLimits, createTraceGuard } from './createTraceGuard.js';
import { createYielder } from '../../stream/createYielder.js';
import { type ClosableTraceDecoder, createTraceDecoder } from '../../worker/index.js';
import { asTraceError } from './asTraceError.js';
import { attachJob } from './attachJob.js';
import { createTraceMeter, type TraceMeter } from './createTraceMeter.js';
import { isJobGone, isPageAtFault } from './endOfTrace.js';
import { runTrace } from './runTrace.js';
import type { TraceJob } from './traceJob.js';
import type { GoOn, TraceRequest, TraceRun, TraceTransport } from './TraceRun.js';
import { isActiveState, stageOf, type TraceNotice, type TraceState } from './traceState.js';

export interface TraceRunnerOptions {
  writer: TraceWriter;
  transport: TraceTransport;
  limits?: Partial<TraceLimits>;
  /** Milliseconds since any moment. */
  now: () => number;
  onState: (state: TraceState) => void;
  onNotices: (notices: readonly TraceNotice[]) => void;
  /** Told of the job that could be taken up; null where there is none any more. */
  onJob: (job: TraceJob | null) => void;
}

/** Runs one trace at a time; a new one ends the one before it. No promise of it rejects. */
export interface TraceRunner {
  readonly state: TraceState;
  /** Of the last trace; null before the first. */
  readonly meter: TraceMeter | null;
  readonly canResume: boolean;
  readonly canDetach: boolean;
  /** Resolves with the state in which the trace ended. */
  execute(request: TraceRequest): Promise<TraceState>;
  /** Takes a job up; resolves as `execute` does. */
  attach(job: TraceJob): Promise<TraceState>;
  /** Goes on with a trace that has ended too early; resolves as `execute` does. */
  resume(): Promise<TraceState>;
  /** Cancels the trace under way, here and, where it can be told, on the server. */
  cancel(): void;
  /** Ends the trace under way here, and leaves its job to the server. */
  detach(): void;
  reset(): void;
  /** Ends everything; a job that is under way is cancelled unless it is kept. */
  dispose(keepsJob: boolean): void;
}

interface CurrentRun {
  controller: AbortController;
  decoder: ClosableTraceDecoder;
  request: TraceRequest;
  /** Runs all of it. */
  work: GoOn;
  /** It takes up a job, and can ask for no other. */
  isAttached: boolean;
  job: TraceJob | null;
  cancelOnServer: (() => Promise<unknown>) | null;
  /** How it can be gone on with by hand. */
  goOn: GoOn | null;
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

  get canResume(): boolean {
    const current = this.#current;
    const { status } = this.state;
    if (current === null || current.endedIn === null) return false;
    if (current.isAttached && isJobGone(this.state)) return false;
    return status === 'incomplete' || status === 'failed' || status === 'detached';
  }

  get canDetach(): boolean {
    return this.#isUnderWay && this.#current?.job !== null;
  }

  execute(request: TraceRequest): Promise<TraceState> {
    return this.#begin({ request, work: runTrace, isAttached: false, job: null });
  }

  attach(job: TraceJob): Promise<TraceState> {
    const { profile, domains, seedCount, containerCount } = job;
    // the job goes on, only here it is begun with anew
    if (this.#current?.job?.statusUrl === job.statusUrl) this.#current.cancelOnServer = null;
    const work: GoOn = async (run) => {
      run.enter({ status: 'queued', job: null, seedCount, containerCount });
      await attachJob(run, job);
    };
    return this.#begin({ request: { profile, params: {}, domains }, work, isAttached: true, job });
  }

  async resume(): Promise<TraceState> {
    const current = this.#current;
    if (!current || !this.canResume) return this.state;
    const { goOn, job } = current;
    if (this.state.status === 'detached' && job) return this.attach(job);
    if (!goOn) return this.#begin(current);
    this.meter?.goOn();
    const controller = new AbortController();
    return this.#run({ ...current, controller, cancelOnServer: null, endedIn: null }, goOn);
  }

  cancel(): void {
    if (!this.#isUnderWay) return;
    const stage = stageOf(this.state) ?? 'events';
    this.#end();
    this.#enter({ status: 'cancelled', stage });
  }

  detach(): void {
    const current = this.#current;
    if (!this.canDetach || !current?.job) return;
    const { jobId, seedCount, containerCount } = current.job;
    current.controller.abort();
    this.#enter({ status: 'detached', jobId, seedCount, containerCount });
  }

  reset(): void {
    this.#end();
    this.#clearStore();
    this.meter = null;
    this.#enter({ status: 'idle' });
  }

  dispose(keepsJob: boolean): void {
    if (keepsJob) this.detach();
    this.cancel();
    this.#end();
    // the store may outlive whoever filled it
    this.#options.writer.release(this.#leave);
  }

  get #isUnderWay(): boolean {
    return this.#current?.endedIn === null;
  }

  /** False where the store is another trace's by then. */
  #clearStore(): boolean {
    const { writer } = this.#options;
    const isOwn = writer.take(this.#leave);
    if (isOwn) writer.clear();
    return isOwn;
  }

  /** Another trace takes the store over: rows of two would stand in one table. */
  readonly #leave = (): void => {
    const current = this.#current;
    // what came is gone with the store; whoever is told of that may begin anew at once
    if (current) current.goOn = null;
    if (this.canDetach) this.detach();
    else this.cancel();
    current?.decoder.close();
  };

  #begin(trace: Pick<CurrentRun, 'request' | 'work' | 'isAttached' | 'job'>): Promise<TraceState> {
    this.#end();
    const { now, onJob, onNotices, limits } = this.#options;
    const { request, work, isAttached } = trace;
    // a job that was begun before is none of a trace that is run anew
    const job = isAttached ? trace.job : null;
    onJob(job);
    if (!this.#clearStore()) {
      this.#enter({ status: 'cancelled', stage: 'seed-resolve' });
      return Promise.resolve(this.state);
    }
    this.meter = createTraceMeter(now, createTraceGuard(limits, onNotices));
    const fresh = { cancelOnServer: null, goOn: null, endedIn: null };
    const controller = new AbortController();
    const decoder = createTraceDecoder();
    return this.#run({ request, work, isAttached, job, controller, decoder, ...fresh }, work);
  }

  async #run(current: CurrentRun, work: GoOn): Promise<TraceState> {
    this.#current = current;
    const run = this.#createRun(current);
    try {
      await work(run);
    } catch (error) {
      const stage = stageOf(this.state) ?? 'events';
      if (!run.signal.aborted) this.#enter({ status: 'failed', stage, error: asTraceError(error) });
    }
    return current.endedIn ?? this.state;
  }

  #enter(state: TraceState): void {
    this.state = state;
    if (!isActiveState(state)) this.#settle(state);
    this.#options.onState(state);
  }

  /** A trace has ended: nothing of it is left to be cancelled, and nothing is under way. */
  #settle(state: TraceState): void {
    const { writer, onJob } = this.#options;
    const current = this.#current;
    this.meter?.end();
    writer.endReceiving();
    const isOver = ['idle', 'complete', 'cancelled'].includes(state.status);
    const isGone = isJobGone(state);
    if (isOver || isGone) onJob(null);
    if (!current) return;
    current.endedIn = state;
    current.cancelOnServer = null;
    // batches build on each other: one that was decoded and not taken is missed by all behind it
    const isLost = current.controller.signal.aborted || isPageAtFault(state);
    if (isOver || isGone || isLost) current.goOn = null;
    if (!current.goOn) current.decoder.close();
  }

  #createRun(current: CurrentRun): TraceRun {
    const { writer, transport, onNotices } = this.#options;
    const { signal } = current.controller;
    const meter = this.meter ?? createTraceMeter(this.#options.now);
    return {
      get request() {
        return current.request;
      },
      set request(request) {
        current.request = request;
      },
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
        this.#dropRows(current);
        meter.dropRows();
      },
      onCancel: (cancel) => void (current.cancelOnServer = cancel),
      onJob: (job) => this.#takeJob(current, job),
      onResume: (goOn) => void (current.goOn = goOn),
    };
  }

  #takeJob(current: CurrentRun, job: Omit<TraceJob, 'profile' | 'domains'>): void {
    current.controller.signal.throwIfAborted();
    const { profile, domains } = current.request;
    current.job = { ...job, profile, domains };
    this.#options.onJob(current.job);
  }

  #dropRows(current: CurrentRun): void {
    // what the decoder has told of its dictionaries goes with the rows
    current.decoder.close();
    current.decoder = createTraceDecoder();
    this.#options.writer.clear();
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
