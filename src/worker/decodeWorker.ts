import { readLineage } from '../jobs/readLineage.js';
import { readSeeds } from '../jobs/readSeeds.js';
import { buffersOf } from '../records/columnChunk.js';
import { drain } from '../stream/drain.js';
import { type DecodedBatch, LineDecoder } from '../records/index.js';
import { LineTooLongError } from '../stream/errors/LineTooLongError.js';
import { joinBytes } from '../stream/joinBytes.js';
import { JsonSyntaxError } from '../stream/JsonSyntaxError.js';
import { LineSplitter, type SplitLine } from '../stream/LineSplitter.js';
import type {
  BodyRequest,
  DecodeReply,
  DecodeRequest,
  LineRefusal,
  PlacedLine,
} from './decodeMessages.js';
import { warmUp } from './warmUp.js';

/** Without a line the page hears of the bytes that are done no more often than every so many. */
const QUIET_BYTES = 256 * 1024;

/** The entry of the worker that makes columns of a trace's streams and answers. */
const decoder = new LineDecoder();
let splitter = new LineSplitter();
/** Bytes that were decoded and not yet told of. */
let bytesDone = 0;
/** A line was refused: what is still under way of the stream must neither be decoded nor answered. */
let hasRefused = false;
/** The body that is coming, and its bytes so far; null while a stream is. */
let body: { request: BodyRequest; chunks: Uint8Array[] } | null = null;

function reply(message: DecodeReply, transfer: ArrayBuffer[] = []): void {
  hasRefused ||= message.type === 'refused';
  self.postMessage(message, { transfer });
}

/** The buffers of a batch's columns: they move to the page, they are not copied. */
function transferOf({ columns }: DecodedBatch): ArrayBuffer[] {
  return columns.flatMap(({ chunk, increment }) => [
    ...(chunk ? buffersOf(chunk) : []),
    ...(increment ? [increment.bytes.buffer, increment.ends.buffer, increment.isToken.buffer] : []),
  ]);
}

function batchesOf({ batch, result }: PlacedLine): DecodedBatch[] {
  return [...(batch ? [batch] : []), ...(result ? [...result.values()].flat() : [])];
}

/** A line that is wrong; the lines before it have been sent. */
class Refused extends Error {
  constructor(readonly refusal: LineRefusal) {
    super(refusal.kind);
  }
}

function decode({ bytes, line, byteOffset, hasEnd }: SplitLine): PlacedLine {
  try {
    return { ...decoder.decode(bytes), line, byteOffset };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { at, reason } = error;
    const place = { line, byteOffset: byteOffset + at, isCut: !hasEnd };
    throw new Refused({ kind: 'malformed', ...place, reason });
  }
}

function decodeAll(lines: Iterable<SplitLine>, bytes: number): void {
  const decoded: PlacedLine[] = [];
  bytesDone += bytes;
  try {
    for (const line of lines) decoded.push(decode(line));
  } finally {
    if (decoded.length > 0 || bytesDone >= QUIET_BYTES) sendLines(decoded);
  }
}

/** Sends lines, and tells of the bytes that are done. */
function sendLines(lines: PlacedLine[]): void {
  const bytes = bytesDone;
  bytesDone = 0;
  reply(
    { type: 'lines', lines, bytes, line: splitter.line },
    lines.flatMap(batchesOf).flatMap(transferOf),
  );
}

function readBody(request: BodyRequest, bytes: Uint8Array<ArrayBuffer>): void {
  if (request.type === 'seeds') reply({ type: 'body', read: drain(readSeeds(bytes)) });
  else if (request.type === 'lineage') {
    reply({ type: 'body', read: drain(readLineage(bytes, request.scope)) });
  } else {
    const read = drain(decoder.answer(bytes));
    reply({ type: 'body', read }, [...read.batches.values()].flat().flatMap(transferOf));
  }
}

function handle(message: DecodeRequest): void {
  const isRest = message.type === 'chunk' || message.type === 'end' || message.type === 'cut';
  if (isRest && hasRefused) return;
  hasRefused = false;
  if (message.type === 'stream') {
    splitter = new LineSplitter(message.maxLineBytes);
    bytesDone = 0;
    body = null;
  } else if (message.type === 'chunk') {
    if (body) body.chunks.push(message.bytes);
    else decodeAll(splitter.push(message.bytes), message.bytes.length);
  } else if (message.type === 'cut') reply({ type: 'ended' });
  else if (message.type !== 'end') body = { request: message, chunks: [] };
  else if (body) {
    const { request, chunks } = body;
    body = null;
    readBody(request, joinBytes(chunks));
  } else {
    decodeAll(splitter.end(), 0);
    reply({ type: 'ended' });
  }
}

self.addEventListener('message', ({ data }: MessageEvent<DecodeRequest>) => {
  try {
    handle(data);
  } catch (error) {
    hasRefused = true;
    if (error instanceof Refused) reply({ type: 'refused', refusal: error.refusal });
    else if (error instanceof JsonSyntaxError) {
      reply({ type: 'invalid', at: error.at, reason: error.reason });
    } else if (error instanceof LineTooLongError) {
      const { line, byteOffset } = error;
      reply({ type: 'refused', refusal: { kind: 'too-long', line, byteOffset } });
    } else throw error;
  }
});
reply({ type: 'ready' });
warmUp();
