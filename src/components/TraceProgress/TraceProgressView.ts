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
  /** `resume` has something to go on with. */
  readonly canResume: Readonly<Ref<boolean>>;
  /** `detach` has a job to leave running. */
  readonly canDetach: Readonly<Ref<boolean>>;
  /** Cancels the trace that is under way. */
  cancel(): void;
  /** Goes on with a trace that ended too early, or was detached. */
  resume(): unknown;
  /** Leaves the job of the trace running, and ends the trace here. */
  detach(): void;
}
