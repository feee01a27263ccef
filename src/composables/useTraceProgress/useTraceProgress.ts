import { tryOnMounted } from '@vueuse/core';
import { getActivePinia } from 'pinia';
import { computed, onScopeDispose, shallowReadonly, type ShallowRef, shallowRef } from 'vue';
import type { TraceParams } from '../../protocol/index.js';
import { removeTraceStore, useTraceStore } from '../../stores/index.js';
import { appendNotices } from './appendNotices.js';
import { createTraceRunner, type TraceRunner } from './createTraceRunner.js';
import { createJobStorage, type JobStorage } from './jobStorage.js';
import type { TraceJob } from './traceJob.js';
import { checkOptions, jobOf, requestOf, transportOf } from './traceOptions.js';
import { isActiveState, type TraceNotice, type TraceState } from './traceState.js';
import type { UseTraceProgressOptions, UseTraceProgressReturn } from './UseTraceProgressOptions.js';
import { useTraceMetrics } from './useTraceMetrics.js';

let ownStores = 0;

/**
 * Runs traces: the three stages, the job, the stream. Rows are in `store` as they arrive. Leaving
 * the scope ends everything; with `persist` the job is left running, and taken up again.
 *
 * @example
 * const { state, store, execute, cancel } = useTraceProgress({ profile: 'mid_section_defect' });
 * await execute({ mode: 'date_range', start_date: '2026-01-01', end_date: '2026-02-25' });
 * if (state.value.status === 'incomplete') console.log(state.value.problems);
 */
export function useTraceProgress(options: UseTraceProgressOptions): UseTraceProgressReturn {
  checkOptions(options);
  const { storeId, now = () => performance.now() } = options;
  const store = useTraceStore(storeId ?? `own-${++ownStores}`);
  const pinia = storeId === undefined ? getActivePinia() : undefined;
  const state = shallowRef<TraceState>({ status: 'idle' });
  const notices = shallowRef<readonly TraceNotice[]>([]);
  const job = shallowRef<TraceJob | null>(null);
  const storage = storageOf(options);
  const notify = (more: readonly TraceNotice[]) =>
    void (notices.value = appendNotices(notices.value, more));
  const runner = createTraceRunner({
    writer: store.writer,
    transport: transportOf(options),
    now,
    limits: options.limits,
    onState: (next) => void (state.value = next),
    onNotices: notify,
    onJob(next) {
      job.value = next;
      storage?.keep(next);
    },
  });
  let isDisposed = false;
  onScopeDispose(() => {
    isDisposed = true;
    runner.dispose(storage !== null);
    if (pinia) removeTraceStore(store, pinia);
  });
  // on the server of a page there is no storage, and nothing is mounted
  tryOnMounted(() => {
    if (storage && !isDisposed && state.value.status === 'idle') takeUp(storage, runner, notify);
  }, false);
  return {
    ...readonlyRefs({ state, notices, job }, runner),
    metrics: useTraceMetrics(state, () => runner.meter),
    store,
    ...createVerbs(runner, options, notices, () => isDisposed),
  };
}

function storageOf({ persist, storeId, baseUrl = '' }: UseTraceProgressOptions): JobStorage | null {
  const name = persist === true ? storeId : persist;
  return name ? createJobStorage(name, baseUrl) : null;
}

/** Goes on with the trace that the page had before it was loaded again. */
function takeUp(
  storage: JobStorage,
  runner: TraceRunner,
  notify: (notices: readonly TraceNotice[]) => void,
): void {
  const kept = storage.read();
  if (kept === 'unusable') {
    storage.keep(null);
    notify([{ kind: 'kept-job-unusable' }]);
  } else if (kept) void runner.attach(kept);
}

/** What is done to a trace; each new trace begins without notices. */
function createVerbs(
  runner: TraceRunner,
  options: UseTraceProgressOptions,
  notices: ShallowRef<readonly TraceNotice[]>,
  isDisposed: () => boolean,
) {
  const begin = async (run: () => Promise<TraceState>): Promise<TraceState> => {
    if (isDisposed()) return { status: 'cancelled', stage: 'seed-resolve' };
    notices.value = [];
    return run();
  };
  return {
    async execute(params: TraceParams) {
      const request = requestOf(options, params);
      return begin(() => runner.execute(request));
    },
    async attach(job: string | TraceJob) {
      const known = jobOf(options, job);
      return begin(() => runner.attach(known));
    },
    resume: () => runner.resume(),
    cancel: () => runner.cancel(),
    detach: () => runner.detach(),
    reset() {
      if (isDisposed()) return;
      notices.value = [];
      runner.reset();
    },
  };
}

interface TraceRefs {
  state: ShallowRef<TraceState>;
  notices: ShallowRef<readonly TraceNotice[]>;
  job: ShallowRef<TraceJob | null>;
}

function readonlyRefs({ state, notices, job }: TraceRefs, runner: TraceRunner) {
  // the runner is no ref: it can do something else whenever the state has changed
  const whenever = (can: () => boolean) => computed(() => state.value && can());
  return {
    state: shallowReadonly(state),
    notices: shallowReadonly(notices),
    job: shallowReadonly(job),
    isActive: computed(() => isActiveState(state.value)),
    canResume: whenever(() => runner.canResume),
    canDetach: whenever(() => runner.canDetach),
  };
}
