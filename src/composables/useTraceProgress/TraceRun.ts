import type { PollOptions } from '../../jobs/index.js';
import type { TraceDomain, TraceParams, TraceProfile } from '../../protocol/index.js';
import type { TraceWriter } from '../../stores/index.js';
import type { RequestHeaders, SendOptions } from '../../stream/index.js';
import type { TraceDecoder } from '../../worker/index.js';
import type { TraceMeter } from './createTraceMeter.js';
import type { TraceJob } from './traceJob.js';
import type { TraceNotice, TraceState } from './traceState.js';

/** What a trace asks for. */
export interface TraceRequest {
  profile: TraceProfile;
  params: TraceParams;
  domains: TraceDomain[];
}

/** How a trace reaches its server. */
export interface TraceTransport {
  baseUrl: string;
  headers: RequestHeaders;
  fetch: typeof globalThis.fetch;
  poll: Omit<PollOptions, keyof SendOptions | 'onStatus'>;
  /** Of its streams. */
  idleTimeoutMs?: number;
}

/**
 * Takes up a trace that has ended before its result was whole, in a run of its own, and enters the
 * state in which it ends. Rejects as `runTrace` does.
 */
export type GoOn = (run: TraceRun) => Promise<void>;

/**
 * One run of a trace, from `execute` to its end. Once its signal is aborted it changes nothing: what
 * it enters or tells then throws the signal's reason.
 */
export interface TraceRun {
  /** Of a job that is taken up, as its status completes it. */
  request: TraceRequest;
  readonly transport: TraceTransport;
  readonly signal: AbortSignal;
  readonly meter: TraceMeter;
  /** Fills the store. */
  readonly writer: TraceWriter;
  /** Makes columns of all rows of the run; another one once rows were dropped. */
  readonly decoder: TraceDecoder;
  enter(state: TraceState): void;
  notify(notices: readonly TraceNotice[]): void;
  /** Forgets the rows so far: they will come anew. */
  dropRows(): void;
  /** Lets the page draw, where it has not for a while. */
  breathe(): Promise<void>;
  /** Tells how the server can be told to stop, while it can. */
  onCancel(cancel: (() => Promise<unknown>) | null): void;
  /** Tells of the job that has the rows, once it is known. */
  onJob(job: Omit<TraceJob, 'profile' | 'domains'>): void;
  /** Tells how the trace can be gone on with by hand, once it has ended; null: only from its beginning. */
  onResume(goOn: GoOn | null): void;
}

/** What every request of a run is sent with. */
export function sendOptionsOf({ transport, signal }: TraceRun) {
  const { headers, fetch, idleTimeoutMs } = transport;
  return { headers, fetch, idleTimeoutMs, signal };
}

/** How the requests of a run that change nothing are tried again. */
export function retryOptionsOf({ transport, signal }: TraceRun) {
  const { maxFailures, random, sleep } = transport.poll;
  return { maxFailures, random, sleep, signal };
}
