import { RetriesExhaustedError } from '../../jobs/index.js';
import { HttpError, SERVER_ERROR_CODES } from '../../protocol/index.js';
import {
  type CompletenessProblem,
  LineTooLongError,
  MalformedLineError,
  StreamInterruptedError,
} from '../../stream/index.js';
import type { Received } from './Received.js';
import type { WayOn } from './wayOn.js';

/** A server that says so may be asked for the rest a moment later. */
const PASSING_CODES: readonly unknown[] = [
  SERVER_ERROR_CODES.serverStopping,
  SERVER_ERROR_CODES.storeUnavailable,
];

/** The way that is taken leads nowhere. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
}

/** Whether another way may still lead on. */
export function isWayRefused({ kind }: WayOn, error: unknown, hasBatches: boolean): boolean {
  const isExhausted = error instanceof RetriesExhaustedError;
  // as many streams as that broke off before their first batch
  if (kind === 'again') return !hasBatches && isExhausted && isBreak(error.cause);
  const isRefused = error instanceof HttpError && [400, 405, 406, 414, 422].includes(error.status);
  return isRefused || error instanceof StuckError;
}

/** Whether what was read is no more: another attempt at the job has begun. */
export function isRestarted({ problems, error }: Received): boolean {
  const { resultRestarted } = SERVER_ERROR_CODES;
  const isTold = problems.some((it) => it.kind === 'error-line' && it.code === resultRestarted);
  return isTold || (error instanceof HttpError && error.status === 412);
}

/** A line that cannot be read, and that the body did not end in. */
export function isBadLine(error: unknown): boolean {
  return error instanceof LineTooLongError || (error instanceof MalformedLineError && !error.isCut);
}

/** Whether a body ended before its time, or what is left of it cannot be read. */
export function isBreak(error: unknown): boolean {
  return (
    error instanceof StreamInterruptedError ||
    error instanceof MalformedLineError ||
    error instanceof LineTooLongError
  );
}

/** Whether a stream lacks its end, and the rest may be had a moment later. */
export function isCutShort(problems: readonly CompletenessProblem[]): boolean {
  return problems.some(
    (it) =>
      it.kind === 'no-end-mark' || (it.kind === 'error-line' && PASSING_CODES.includes(it.code)),
  );
}
