import { LineTooLongError } from '../stream/errors/LineTooLongError.js';
import { LineSplitter, type SplitLine } from '../stream/LineSplitter.js';
import { buffersOf } from './columnChunk.js';
import type { DecodeRefusal, DecodeReply, DecodeRequest, PlacedLine } from './decodeMessages.js';
import { LineDecoder } from './LineDecoder.js';
import { RecordSyntaxError } from './RecordSyntaxError.js';

/** The entry of the worker that splits a stream into lines and makes columns of its rows. */
const decoder = new LineDecoder();
let splitter = new LineSplitter();

function reply(message: DecodeReply, transfer: ArrayBuffer[] = []): void {
  self.postMessage(message, { transfer });
}

/** The buffers of a line's columns: they move to the page, they are not copied. */
function transferOf({ batch }: PlacedLine): ArrayBuffer[] {
  return (batch?.columns ?? []).flatMap(({ chunk, increment }) => [
    ...(chunk ? buffersOf(chunk) : []),
    ...(increment ? [increment.bytes.buffer, increment.ends.buffer, increment.isToken.buffer] : []),
  ]);
}

/** A line that is wrong; the lines before it have been sent. */
class Refused extends Error {
  constructor(readonly refusal: DecodeRefusal) {
    super(refusal.kind);
  }
}

function decode({ bytes, line, byteOffset }: SplitLine): PlacedLine {
  try {
    return { ...decoder.decode(bytes), line, byteOffset };
  } catch (error) {
    if (!(error instanceof RecordSyntaxError)) throw error;
    const { at, reason } = error;
    throw new Refused({ kind: 'malformed', line, byteOffset: byteOffset + at, reason });
  }
}

function decodeAll(lines: Iterable<SplitLine>, bytes: number): void {
  const decoded: PlacedLine[] = [];
  const send = (done: number) =>
    reply(
      { type: 'lines', lines: decoded, bytes: done, line: splitter.line },
      decoded.flatMap(transferOf),
    );
  try {
    for (const line of lines) decoded.push(decode(line));
    send(bytes);
  } catch (error) {
    send(0);
    throw error;
  }
}

function handle(request: DecodeRequest): void {
  if (request.type === 'begin') splitter = new LineSplitter(request.maxLineBytes);
  else if (request.type === 'chunk') decodeAll(splitter.push(request.bytes), request.bytes.length);
  else {
    decodeAll(splitter.end(), 0);
    reply({ type: 'ended' });
  }
}

self.addEventListener('message', ({ data }: MessageEvent<DecodeRequest>) => {
  try {
    handle(data);
  } catch (error) {
    if (error instanceof Refused) reply({ type: 'refused', refusal: error.refusal });
    else if (error instanceof LineTooLongError) {
      const { line, byteOffset } = error;
      reply({ type: 'refused', refusal: { kind: 'too-long', line, byteOffset } });
    } else throw error;
  }
});
reply({ type: 'ready' });
