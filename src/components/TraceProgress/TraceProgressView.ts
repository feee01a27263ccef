import type { Ref } from 'vue';
import type {
  TraceMetrics,
  TraceNotice,
  TraceState,
} from '../../composables/useTraceProgress/traceState.js';

/** What TraceProgress shows of a trace; what `useTraceProgress` returns is one. */
export interface TraceProgressView {
  readonly state: Readonly<Ref<TraceState>>;
  readonly metrics: Readonly<Ref<TraceMetrics>>;
  readonly notices: Readonly<Ref<readonly TraceNotice[]>>;
  /** Cancels the trace that is under way. */
  abort(): void;
}
