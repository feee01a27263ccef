import { TraceError } from '../../protocol/TraceError.js';

/** The decode worker died; rows that it had sent are kept. */
export class DecodeWorkerError extends TraceError {
  override readonly name = 'DecodeWorkerError';
  declare readonly url: string;

  constructor(url: string, reason: string) {
    super(
      'DECODE_WORKER_FAILED',
      `The worker that decodes ${url} failed: ${reason || 'no reason was given'}\n` +
        'The page may be out of memory: close other tabs, or ask for fewer containers.',
      { url },
    );
  }
}
