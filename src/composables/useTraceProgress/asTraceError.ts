import { TraceError } from '../../protocol/index.js';

/** What is no TraceError is a fault of this library or of the page; its cause tells. */
export function asTraceError(error: unknown): TraceError {
  if (error instanceof TraceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TraceError('UNEXPECTED', `The trace failed unexpectedly: ${message}`, {
    cause: error,
  });
}
