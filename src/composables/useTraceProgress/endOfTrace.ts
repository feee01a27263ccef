import { SERVER_ERROR_CODES, type TraceErrorCode } from '../../protocol/index.js';
import type { TraceState } from './traceState.js';

const GONE: readonly TraceErrorCode[] = ['JOB_NOT_FOUND', 'JOB_FAILED'];
const FAULTS: readonly TraceErrorCode[] = ['DECODE_WORKER_FAILED', 'LIMIT_EXCEEDED', 'UNEXPECTED'];

function errorOf(state: TraceState) {
  return 'error' in state ? state.error : null;
}

/** Whether a trace failed because there is no job that could be asked again. */
export function isJobGone(state: TraceState): boolean {
  const error = errorOf(state);
  if (state.status !== 'failed' || error === null) return false;
  return GONE.includes(error.code) || error.serverCode === SERVER_ERROR_CODES.jobResultExpired;
}

/** Whether a trace was ended by a fault of the page, after which nothing can be built on. */
export function isPageAtFault(state: TraceState): boolean {
  const error = errorOf(state);
  return error !== null && FAULTS.includes(error.code);
}
