import type { ComputedRef, MaybeRefOrGetter, ShallowRef } from 'vue';
import type { PollOptions } from '../../jobs/index.js';
import type { TraceDomain, TraceParams, TraceProfile } from '../../protocol/index.js';
import type { TraceLimits } from '../../protocol/TraceLimits.js';
import type { TraceStore } from '../../stores/index.js';
import type { RequestHeaders } from '../../stream/index.js';
import type { TraceJob } from './traceJob.js';
import type { TraceMetrics, TraceNotice, TraceState } from './traceState.js';

export interface UseTraceProgressOptions {
  profile: MaybeRefOrGetter<TraceProfile>;
  /** @default those of the profile and its direction */
  domains?: MaybeRefOrGetter<TraceDomain[] | undefined>;
  /**
   * Name of the store, for reading it elsewhere by `useTraceStore(storeId)`; such a store outlives
   * the component. A trace that begins in a store takes it over from the one before, which is detached.
   * @default a store of its own that goes with the component
   */
  storeId?: string;
  /** Put before the paths of the API. @default '' (the page's own server) */
  baseUrl?: string;
  /** Sent with every request, besides the `X-CSRF-Token` of a page that has one. */
  headers?: RequestHeaders;
  /** How much of a trace the page takes; beyond that it ends, its rows kept. */
  limits?: Partial<TraceLimits>;
  /** Wait between two polls of the job, ms, or a function of its status. @default 3000 */
  pollIntervalMs?: PollOptions['intervalMs'];
  /**
   * A stream from which nothing came for so long, not even a blank line, counts as interrupted, ms;
   * Infinity for never. @default 45000
   */
  idleTimeoutMs?: number;
  /**
   * Keeps the job of the trace in `sessionStorage` under this name (`true`: that of `storeId`) until
   * the trace is complete, cancelled or reset: a page that is loaded again takes it up by itself once
   * it is mounted, and a component that goes away leaves its job running. A tab that the browser
   * duplicates has its own copy; `cancel()` in one ends the job for both.
   * @default false: a reload forgets the trace, and leaving the scope cancels it
   */
  persist?: boolean | string;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds since any moment. @default performance.now */
  now?: () => number;
  /** Waits between polls; must reject with the signal's reason when it aborts. @default setTimeout */
  sleep?: PollOptions['sleep'];
  /** 0 up to 1, for the jitter of waits. @default Math.random */
  random?: () => number;
}

export interface UseTraceProgressReturn {
  state: Readonly<ShallowRef<TraceState>>;
  /** A trace is under way. */
  isActive: ComputedRef<boolean>;
  /** Kept current about five times a second. */
  metrics: Readonly<ShallowRef<TraceMetrics>>;
  /** What is worth knowing of the trace, and cost no row. */
  notices: Readonly<ShallowRef<readonly TraceNotice[]>>;
  /**
   * The job of the trace, as `attach` takes it: plain JSON, to be kept or sent elsewhere. Null where
   * there is none, or none any more.
   */
  job: Readonly<ShallowRef<TraceJob | null>>;
  /** `resume()` has something to go on with. */
  canResume: ComputedRef<boolean>;
  /** `detach()` has a job to leave running. */
  canDetach: ComputedRef<boolean>;
  /** Domains, figures and tables. */
  store: TraceStore;
  /**
   * Runs a trace; one that is under way ends. Resolves with the state in which it ended, and does
   * not reject for what a server may do.
   * @throws TypeError where `params` is no object
   */
  execute(params: TraceParams): Promise<TraceState>;
  /**
   * Takes up a job that was begun elsewhere: `job` of another `useTraceProgress`, or an id alone. A
   * trace that is under way ends. Resolves as `execute` does; a job that has expired, or belongs to
   * somebody else, is `failed` with `JOB_NOT_FOUND`.
   * @throws TypeError where the id is no id, or an address of the job leads to another server
   */
  attach(job: string | TraceJob): Promise<TraceState>;
  /**
   * Goes on by hand with a trace that is `incomplete`, `failed` or `detached`: behind the rows that
   * are here where the result offers that, else from its beginning. Resolves with the state in which
   * the trace ends then; in every other state changes nothing and resolves with it.
   */
  resume(): Promise<TraceState>;
  /** Cancels the trace under way, here and on a server that can be told; what came is kept. */
  cancel(): void;
  /**
   * Ends the trace under way here and leaves its job to the server: `detached`, and what came is
   * kept. Without a job does nothing.
   */
  detach(): void;
  /** Ends everything and forgets it. */
  reset(): void;
}
