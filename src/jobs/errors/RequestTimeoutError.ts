import { TraceError } from '../../protocol/TraceError.js';

/** One request took longer than its time limit; the server may still be at work on it. */
export class RequestTimeoutError extends TraceError {
  override readonly name = 'RequestTimeoutError';
  declare readonly url: string;
  readonly timeoutMs: number;

  constructor(url: string, timeoutMs: number) {
    super(
      'REQUEST_TIMEOUT',
      `${url} did not answer within ${timeoutMs / 1000} s.\n` +
        'Try again later, ask for less, or allow more time.',
      { url },
    );
    this.timeoutMs = timeoutMs;
  }
}
