import { useIntervalFn } from '@vueuse/core';
import { getActivePinia } from 'pinia';
import {
  computed,
  type ComputedRef,
  type MaybeRefOrGetter,
  onScopeDispose,
  shallowReadonly,
  type ShallowRef,
  shallowRef,
  toValue,
  watch,
} from 'vue';
import type { PollOptions } from '../../jobs/index.js';
import {
  defaultDomains,
  directionOf,
  isTraceProfile,
  TRACE_PROFILES,
  type TraceDomain,
  type TraceParams,
  type TraceProfile,
} from '../../protocol/index.js';
import type { TraceLimits } from '../../protocol/TraceLimits.js';
import { removeTraceStore, type TraceStore, useTraceStore } from '../../stores/index.js';
import type { RequestHeaders } from '../../stream/index.js';
import type { TraceMeter } from './createTraceMeter.js';
import { appendNotices } from './appendNotices.js';
import { createTraceRunner } from './createTraceRunner.js';
import { csrfHeaders } from './csrfHeaders.js';
import {
  isActiveState,
  type TraceMetrics,
  type TraceNotice,
  type TraceState,
} from './traceState.js';

export interface UseTraceProgressOptions {
  profile: MaybeRefOrGetter<TraceProfile>;
  /** @default those of the profile and its direction */
  domains?: MaybeRefOrGetter<TraceDomain[] | undefined>;
  /**
   * Name of the store, for reading it elsewhere by `useTraceStore(storeId)`; such a store outlives
   * the component. @default a store of its own that goes with the component
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
  /** Domains, figures and tables. */
  store: TraceStore;
  /**
   * Runs a trace; one that is under way ends. Resolves with the state in which it ended, and does
   * not reject for what a server may do.
   * @throws TypeError where `params` is no object
   */
  execute(params: TraceParams): Promise<TraceState>;
  /** Cancels the trace under way, here and on a server that can be told; what came is kept. */
  abort(): void;
  /** Ends everything and forgets it. */
  reset(): void;
}

const PUBLISH_INTERVAL_MS = 200;
const NO_METRICS: TraceMetrics = {
  rows: 0,
  totalRows: null,
  bytes: 0,
  rowsPerSecond: 0,
  elapsedMs: 0,
  remainingMs: null,
  percent: null,
  resumeCount: 0,
};
let ownStores = 0;

/**
 * Runs traces: the three stages, the job, the stream. Rows are in `store` as they arrive. Leaving
 * the scope ends everything.
 *
 * @example
 * const { state, store, execute, abort } = useTraceProgress({ profile: 'mid_section_defect' });
 * await execute({ mode: 'date_range', start_date: '2026-01-01', end_date: '2026-02-25' });
 * if (state.value.status === 'incomplete') console.log(state.value.problems);
 */
export function useTraceProgress(options: UseTraceProgressOptions): UseTraceProgressReturn {
  const { storeId, now = () => performance.now() } = options;
  checkProfile(toValue(options.profile));
  const store = useTraceStore(storeId ?? `own-${++ownStores}`);
  const pinia = storeId === undefined ? getActivePinia() : undefined;
  const state = shallowRef<TraceState>({ status: 'idle' });
  const notices = shallowRef<readonly TraceNotice[]>([]);
  const runner = createTraceRunner({
    writer: store.writer,
    transport: transportOf(options),
    now,
    limits: options.limits,
    onState: (next) => void (state.value = next),
    onNotices: (more) => void (notices.value = appendNotices(notices.value, more)),
  });

  let isDisposed = false;

  async function execute(params: TraceParams): Promise<TraceState> {
    const request = requestOf(options, params);
    if (isDisposed) return { status: 'cancelled', stage: 'seed-resolve' };
    notices.value = [];
    return runner.execute(request);
  }
  const reset = (): void => {
    notices.value = [];
    runner.reset();
  };
  onScopeDispose(() => {
    isDisposed = true;
    runner.abort();
    if (pinia) removeTraceStore(store, pinia);
  });
  return {
    ...readonlyRefs(state, notices),
    metrics: useMetrics(state, () => runner.meter),
    store,
    execute,
    abort: () => runner.abort(),
    reset,
  };
}

function readonlyRefs(state: ShallowRef<TraceState>, notices: ShallowRef<readonly TraceNotice[]>) {
  const isActive = computed(() => isActiveState(state.value));
  return { state: shallowReadonly(state), isActive, notices: shallowReadonly(notices) };
}

/** The figures of the trace, read when its state changes and, while it is under way, in between. */
function useMetrics(state: ShallowRef<TraceState>, meter: () => TraceMeter | null) {
  const metrics = shallowRef(NO_METRICS);
  const publish = () => void (metrics.value = meter()?.read() ?? NO_METRICS);
  const ticker = useIntervalFn(publish, PUBLISH_INTERVAL_MS, { immediate: false });
  watch(
    state,
    (next) => {
      publish();
      if (isActiveState(next)) ticker.resume();
      else ticker.pause();
    },
    { flush: 'sync' },
  );
  return shallowReadonly(metrics);
}

function checkProfile(profile: unknown): void {
  if (isTraceProfile(profile)) return;
  throw new TypeError(`useTraceProgress: profile must be one of ${TRACE_PROFILES.join(', ')}.`);
}

function requestOf({ profile, domains }: UseTraceProgressOptions, params: TraceParams) {
  if (typeof params !== 'object' || params === null) {
    throw new TypeError('useTraceProgress: execute needs the parameters of the trace, an object.');
  }
  const named = toValue(profile);
  checkProfile(named);
  const chosen = toValue(domains) ?? defaultDomains(named, directionOf(named, params));
  return { profile: named, params: { ...params }, domains: [...chosen] };
}

function transportOf(options: UseTraceProgressOptions) {
  const { baseUrl = '', headers, fetch = (...args) => globalThis.fetch(...args) } = options;
  const { pollIntervalMs: intervalMs, now, sleep, random } = options;
  return {
    baseUrl,
    headers: async () => {
      const all = new Headers(csrfHeaders());
      const own = new Headers(typeof headers === 'function' ? await headers() : headers);
      own.forEach((value, name) => all.set(name, value));
      return all;
    },
    fetch,
    poll: { intervalMs, now, sleep, random },
  };
}
