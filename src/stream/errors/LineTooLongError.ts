import { TraceError } from '../../protocol/TraceError.js';

/** A line is longer than `maxLineBytes`, whether or not its end has come. */
export class LineTooLongError extends TraceError {
  override readonly name = 'LineTooLongError';
  declare readonly line: number;
  declare readonly byteOffset: number;
  readonly maxLineBytes: number;

  constructor(line: number, byteOffset: number, maxLineBytes: number) {
    super(
      'LINE_TOO_LONG',
      `Line ${line} (byte ${byteOffset}) is longer than ${maxLineBytes} bytes.\n` +
        'Raise maxLineBytes, or have the server send smaller batches.',
      { line, byteOffset },
    );
    this.maxLineBytes = maxLineBytes;
  }
}
