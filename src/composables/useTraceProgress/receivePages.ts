import type { CompletenessProblem } from '../../stream/index.js';
import { isRefusal } from './pageErrors.js';
import { PagesReceiver } from './PagesReceiver.js';
import type { PagesSource } from './PagesSource.js';

/** What came of asking for pages. */
export interface PagesEnd {
  /** False where the server has none, or sends something else in their place. */
  areOffered: boolean;
  /** Of pages that had not their rows. */
  problems: CompletenessProblem[];
  /** Rows that a stream which ended had left out. */
  filledRows: number;
  error: unknown;
}

/**
 * Fetches what a result lacks page by page: the holes between its batches, and all behind them. Rows
 * are taken only where the server still has the same result.
 */
export async function receivePages(source: PagesSource): Promise<PagesEnd> {
  const receiver = new PagesReceiver(source);
  let error: unknown = null;
  let areOffered = true;
  try {
    await receiver.receive();
  } catch (cause) {
    source.run.signal.throwIfAborted();
    areOffered = source.isOnlyWay || receiver.hasPages || !isRefusal(cause);
    if (areOffered) error = cause;
  }
  const { problems, filledRows } = receiver;
  return { areOffered, problems, filledRows, error };
}
