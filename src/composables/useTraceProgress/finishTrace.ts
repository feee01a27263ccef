import { TraceError } from '../../protocol/index.js';
import type { CompletenessProblem } from '../../stream/index.js';
import { settleDomains } from './receiveRows.js';
import type { Received } from './Received.js';
import type { TraceRun } from './TraceRun.js';
import type { TraceScope } from './traceState.js';

/**
 * Enters the state in which a trace ends. An end must be earned: complete is what lacks nothing.
 * Throws what made a trace without rows fail.
 */
export function finishTrace(
  run: TraceRun,
  received: Received,
  jobId: string | null,
  scope: TraceScope,
): void {
  run.signal.throwIfAborted();
  const { problems, notices, error } = received;
  run.notify(notices);
  // what broke behind the last row that was missing broke nothing
  if (problems.length === 0) {
    settleDomains(run, problems);
    run.enter({ status: 'complete', jobId, ...scope });
    return;
  }
  if (error !== null && !(error instanceof TraceError)) throw error;
  // before the first row there is nothing that could be incomplete
  if (run.meter.read().rows === 0) {
    if (error !== null) throw error;
    const line = problems.find((problem) => problem.kind === 'error-line');
    if (line) throw streamError(line);
  }
  settleDomains(run, problems);
  run.enter({ status: 'incomplete', jobId, problems, error, ...scope });
}

function streamError({ code, message }: Extract<CompletenessProblem, { kind: 'error-line' }>) {
  const text = `The server ended the result before its first row: ${message}`;
  return new TraceError('STREAM_ERROR', text, { serverCode: code ?? undefined });
}
