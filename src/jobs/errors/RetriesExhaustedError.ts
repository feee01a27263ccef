import { TraceError } from '../../protocol/TraceError.js';

/** Several requests in a row failed; `cause` is what the last of them failed with. */
export class RetriesExhaustedError extends TraceError {
  override readonly name = 'RetriesExhaustedError';
  declare readonly url: string;
  /** Failures in a row. */
  readonly failures: number;

  constructor(url: string, failures: number, cause: unknown) {
    const last = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    super(
      'RETRIES_EXHAUSTED',
      `${url} failed ${failures} times in a row; the last time: ${last}\n` +
        'Check the connection and the server, then resume the trace or run it again.',
      { url, cause },
    );
    this.failures = failures;
  }
}
