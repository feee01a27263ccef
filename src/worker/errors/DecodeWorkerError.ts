import { TraceError } from '../../protocol/TraceError.js';

/** The decode worker died; rows that it had sent are kept. */
export class DecodeWorkerError extends TraceError {
  override readonly name = 'DecodeWorkerError';

  /** `what` it was decoding: a stream by its URL, an answer by its kind. */
  constructor(what: string, reason: string) {
    super(
      'DECODE_WORKER_FAILED',
      `The worker that decodes ${what} failed: ${reason || 'no reason was given'}\n` +
        'The page may be out of memory: close other tabs, or ask for fewer containers.',
    );
  }
}
