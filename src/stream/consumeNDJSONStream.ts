import type { StreamMessage } from '../protocol/index.js';
import { consumeLines, type ConsumeLinesOptions } from './consumeLines.js';
import { MalformedLineError } from './errors/MalformedLineError.js';
import type { SplitLine } from './LineSplitter.js';
import { parseLine } from './parseLine.js';

/** Where a message stood in its stream. */
export interface MessagePlace {
  /** From 1; blank lines count. */
  line: number;
  /** Bytes of the body before the line. */
  byteOffset: number;
  /** Bare NaN, Infinity and -Infinity of the line, which were taken as null. */
  nonFiniteNumbers: number;
}

/** Takes one message; reading waits for the promise that it returns, if it returns one. */
export type ChunkHandler = (message: StreamMessage, place: MessagePlace) => unknown;

/** What was read of a stream. */
export interface StreamCounts {
  /** Bytes of the body, after decompression. */
  bytes: number;
  /** Lines that were not blank, the skipped ones included. */
  lines: number;
  /** Malformed lines that `onMalformedLine: 'skip'` passed over. */
  skippedLines: number;
  /** Bare NaN, Infinity and -Infinity, which were taken as null. */
  nonFiniteNumbers: number;
}

export interface ConsumeNDJSONStreamOptions extends Omit<ConsumeLinesOptions, 'hasEnded'> {
  /** Whether a line that is no JSON object ends the reading. @default 'error' */
  onMalformedLine?: 'error' | 'skip';
  /** Told of each line that `'skip'` passes over. */
  onSkippedLine?: (error: MalformedLineError) => void;
}

/**
 * Reads a stream of NDJSON, one message a line, and hands each message to `onChunk` in its order.
 * An end of the body is not yet a complete result: see `createCompletenessCheck`.
 *
 * Rejects with `HttpError` (not 2xx), `NetworkError` (no answer), `NotNdjsonError` (such as a login
 * page), `StreamInterruptedError`, `MalformedLineError`, `LineTooLongError`; with the signal's
 * reason when it is aborted; with whatever `onChunk` throws; with TypeError for wrong arguments.
 * In every case the body is cancelled.
 *
 * @example
 * const counts = await consumeNDJSONStream('/api/trace/job/trace-evt-1/stream', (message) => {
 *   if (message.type === 'records') rows.push(...message.data);
 * });
 */
export async function consumeNDJSONStream(
  url: string | URL,
  onChunk: ChunkHandler,
  options: ConsumeNDJSONStreamOptions = {},
): Promise<StreamCounts> {
  checkArguments(url, onChunk, options);
  const counts = { bytes: 0, lines: 0, skippedLines: 0, nonFiniteNumbers: 0 };
  const take = createLineHandler(String(url), onChunk, options, counts);
  const { bytes, lines } = await consumeLines(url, take, options);
  return { ...counts, bytes, lines };
}

function createLineHandler(
  url: string,
  onChunk: ChunkHandler,
  { onMalformedLine = 'error', onSkippedLine }: ConsumeNDJSONStreamOptions,
  counts: StreamCounts,
) {
  return ({ bytes, line, byteOffset, hasEnd }: SplitLine): unknown => {
    const parsed = parseLine(bytes);
    if (!parsed.ok) {
      const { reason, cause } = parsed;
      const place = { url, line, byteOffset, isCut: !hasEnd };
      const error = new MalformedLineError({ ...place, reason, cause });
      if (onMalformedLine === 'error') throw error;
      counts.skippedLines += 1;
      onSkippedLine?.(error);
    } else {
      const { message, nonFiniteNumbers } = parsed;
      counts.nonFiniteNumbers += nonFiniteNumbers;
      return onChunk(message, { line, byteOffset, nonFiniteNumbers });
    }
    return undefined;
  };
}

function checkArguments(
  url: unknown,
  onChunk: unknown,
  { maxLineBytes, onMalformedLine, idleTimeoutMs }: ConsumeNDJSONStreamOptions,
): void {
  if (!(url instanceof URL) && (typeof url !== 'string' || url === '')) {
    throw new TypeError('consumeNDJSONStream: url must be a URL or a text that is not empty.');
  }
  if (typeof onChunk !== 'function') {
    throw new TypeError('consumeNDJSONStream: onChunk must be a function.');
  }
  if (maxLineBytes !== undefined && !(Number.isInteger(maxLineBytes) && maxLineBytes > 0)) {
    throw new TypeError('consumeNDJSONStream: maxLineBytes must be a whole number above 0.');
  }
  if (idleTimeoutMs !== undefined && !(typeof idleTimeoutMs === 'number' && idleTimeoutMs > 0)) {
    throw new TypeError('consumeNDJSONStream: idleTimeoutMs must be a number above 0.');
  }
  if (onMalformedLine !== undefined && !['error', 'skip'].includes(onMalformedLine)) {
    throw new TypeError("consumeNDJSONStream: onMalformedLine must be 'error' or 'skip'.");
  }
}
