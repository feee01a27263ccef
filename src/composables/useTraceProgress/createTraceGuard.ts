import { DEFAULT_LIMITS, FIXED_LIMITS, type TraceLimits } from '../../protocol/TraceLimits.js';
import { LimitExceededError } from '../../stream/errors/LimitExceededError.js';
import type { TraceNotice } from './traceState.js';

/** At so much of a limit the trace warns of it, percent. */
const WARNING_PERCENT = 80;

/** Holds a trace to what its page can take; each method throws `LimitExceededError`. */
export interface TraceGuard {
  /** Rows so far, of all domains, after another batch. */
  holdRows(rows: number): void;
  /** Bytes so far. */
  holdBytes(bytes: number): void;
}

export function createTraceGuard(
  limits: Partial<TraceLimits> | undefined,
  notify: (notices: readonly TraceNotice[]) => void,
): TraceGuard {
  const most = { ...DEFAULT_LIMITS, ...limits };
  const warned = new Set<keyof TraceLimits>();
  let batches = 0;
  function hold(limit: keyof TraceLimits, value: number): void {
    if (value > most[limit]) throw new LimitExceededError(limit, most[limit]);
    if (warned.has(limit) || value < (most[limit] * WARNING_PERCENT) / 100) return;
    warned.add(limit);
    notify([{ kind: 'limit-near', limit, percent: WARNING_PERCENT }]);
  }
  return {
    holdRows(rows) {
      if (++batches > FIXED_LIMITS.maxBatches) {
        throw new LimitExceededError('maxBatches', FIXED_LIMITS.maxBatches);
      }
      hold('maxRows', rows);
    },
    holdBytes: (bytes) => hold('maxBytes', bytes),
  };
}

/** @throws TypeError for a limit that is no whole number above 0 */
export function checkLimits(limits: Partial<TraceLimits> = {}): void {
  for (const [name, value] of Object.entries(limits)) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new TypeError(`useTraceProgress: limits.${name} must be a whole number above 0.`);
  }
}
