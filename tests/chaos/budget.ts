import type { Fault, SeenRequest } from '../../mocks/faults.js';
import type { ChaosTrace } from './ChaosTrace.js';

/** The client goes on five times without progress; polling and pages give up at the fifth failure in a row. */
const MOST_FAULTS = 4;
/** Error lines by which a server says that it can be asked again. */
const PASSING_CODES = ['SERVER_STOPPING', 'STORE_UNAVAILABLE'];

/** Whether another try, or a page, makes the fault good. */
function isCurable(fault: Fault, { offersPages }: ChaosTrace): boolean {
  switch (fault.kind) {
    case 'cut':
    case 'cut-wire':
    case 'stall':
    case 'trickle':
    case 'status':
    case 'repeat':
      return true;
    case 'hole':
    case 'reorder':
    case 'short-page':
    case 'short-batch':
      return offersPages;
    case 'error-line':
      return PASSING_CODES.includes(fault.code ?? '');
    default:
      return false;
  }
}

/** Whether what a run met can be made good within the client's budget of tries, wherever it fell. */
export function fitsBudget(trace: ChaosTrace, seen: readonly SeenRequest[]): boolean {
  const met = seen.filter(({ fault }) => fault !== null);
  if (trace.lost.size > 0 || met.length > MOST_FAULTS) return false;
  return met.every(({ kind, fault }) => {
    // the stages are posted once: another try could begin a second job
    const isRead = ['status', 'result', 'stream'].includes(kind);
    return isRead && isCurable(fault!, trace);
  });
}
