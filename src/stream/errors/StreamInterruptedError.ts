import { TraceError } from '../../protocol/TraceError.js';

export interface StreamInterruptedContext {
  url: string;
  /** The line that was under way, from 1. */
  line: number;
  /** Bytes that were received. */
  byteOffset: number;
  cause: unknown;
}

/** A stream broke off while it was read; the lines before that were handed on. */
export class StreamInterruptedError extends TraceError {
  override readonly name = 'StreamInterruptedError';
  declare readonly url: string;
  declare readonly line: number;
  declare readonly byteOffset: number;

  constructor(context: StreamInterruptedContext) {
    const { url, line, byteOffset, cause } = context;
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    super(
      'STREAM_INTERRUPTED',
      `${url} broke off in line ${line}, after ${byteOffset} bytes${why}.\n` +
        'What came before is kept; resume the trace, or fetch the rest by pages.',
      context,
    );
  }
}
