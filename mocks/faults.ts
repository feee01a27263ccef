import { answerFaulted, type FaultOptions, type RequestApp } from './faults/answerFaulted.js';
import type { FaultRule } from './faults/Fault.js';
import { FaultScript, type SeenRequest } from './faults/FaultScript.js';

export type { FaultOptions, RequestApp } from './faults/answerFaulted.js';
export type { SeenRequest } from './faults/FaultScript.js';
export type { CutEnd, Fault, FaultRule, TraceRequestKind } from './faults/Fault.js';

/** An app some of whose answers go wrong. */
export interface FaultyApp extends RequestApp {
  fetch(request: Request): Promise<Response>;
  /** The requests of traces so far, in the order in which they came, with what they met. */
  readonly seen: readonly SeenRequest[];
}

/**
 * Makes answers of an app go wrong, by a script: which fault meets which request of which job. Works
 * wherever the app does: in pages and tests (`createTraceHandlers`), as the `fetch` of a composable,
 * behind a port (`createFaultServer`, which also breaks connections as a network does).
 *
 * @example
 * const { app } = createMockBackend({ source: { containers: 100 } });
 * const faulty = withFaults(app, [
 *   { on: 'status', nth: 1, times: 3, fault: { kind: 'status', status: 502 } },
 *   { on: 'stream', fault: { kind: 'cut', afterBytes: 10_000, end: 'clean' } },
 * ]);
 * const server = setupServer(...createTraceHandlers(faulty));
 */
export function withFaults(
  app: RequestApp,
  rules: readonly FaultRule[],
  options: FaultOptions = {},
): FaultyApp {
  const script = new FaultScript(rules);
  return {
    seen: script.seen,
    async fetch(request) {
      return (await answerFaulted(app, script, request, options)).answer;
    },
  };
}
