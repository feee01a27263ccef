import { TraceError } from '../../protocol/TraceError.js';

export interface InvalidAnswerContext {
  url: string;
  status?: number;
  /** What the answer is or lacks, as the end of a sentence that begins with the address. */
  reason: string;
  cause?: unknown;
}

/** A server answered with success, but not what the contract says: a login page, a missing field. */
export class InvalidAnswerError extends TraceError {
  override readonly name = 'InvalidAnswerError';
  declare readonly url: string;

  constructor({ reason, ...context }: InvalidAnswerContext) {
    super('INVALID_ANSWER', `${context.url} ${reason}.`, context);
  }
}
