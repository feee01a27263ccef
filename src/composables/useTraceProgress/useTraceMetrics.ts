import { useIntervalFn } from '@vueuse/core';
import { type Ref, shallowReadonly, type ShallowRef, shallowRef, watch } from 'vue';
import type { TraceMeter } from './createTraceMeter.js';
import { isActiveState, type TraceMetrics, type TraceState } from './traceState.js';

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

/** The figures of the trace, read when its state changes and, while it is under way, in between. */
export function useTraceMetrics(
  state: Readonly<Ref<TraceState>>,
  meter: () => TraceMeter | null,
): Readonly<ShallowRef<TraceMetrics>> {
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
