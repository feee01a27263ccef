import type { CompletenessProblem } from '../../stream/index.js';
import type { TraceNotice } from './traceState.js';

/** What a received result lacks, and what cut it short. */
export interface Received {
  problems: CompletenessProblem[];
  notices: readonly TraceNotice[];
  /** The error that ended the receiving; rows before it are kept. */
  error: unknown;
}
