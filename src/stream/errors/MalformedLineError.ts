import { TraceError } from '../../protocol/TraceError.js';

export interface MalformedLineContext {
  url: string;
  /** From 1. */
  line: number;
  /** Bytes of the body before the line, or before what is wrong in it. */
  byteOffset: number;
  /** What is wrong, as the end of a sentence. */
  reason: string;
  /** The body ended in the line. */
  isCut: boolean;
  cause?: unknown;
}

/** A line of a stream is not one JSON object in UTF-8. */
export class MalformedLineError extends TraceError {
  override readonly name = 'MalformedLineError';
  declare readonly url: string;
  declare readonly line: number;
  declare readonly byteOffset: number;
  /** The body ended in the line: it was cut, and what came before is as good as ever. */
  readonly isCut: boolean;

  constructor({ reason, isCut, ...context }: MalformedLineContext) {
    super(
      'MALFORMED_LINE',
      `Line ${context.line} of ${context.url} (byte ${context.byteOffset}) ${reason}.\n` +
        "Report it to the server's owner; onMalformedLine: 'skip' reads on without the line.",
      context,
    );
    this.isCut = isCut;
  }
}
