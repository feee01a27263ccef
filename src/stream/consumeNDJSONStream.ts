import type { StreamMessage } from '../protocol/index.js';
import { abortable } from './abortable.js';
import { bodyChunks } from './bodyChunks.js';
import { MalformedLineError } from './errors/MalformedLineError.js';
import { StreamInterruptedError } from './errors/StreamInterruptedError.js';
import { DEFAULT_MAX_LINE_BYTES, LineSplitter, type SplitLine } from './LineSplitter.js';
import { firstContentByte, notNdjson, openNdjson } from './openNdjson.js';
import { parseLine } from './parseLine.js';
import type { SendOptions } from './sendRequest.js';

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

export interface ConsumeNDJSONStreamOptions extends SendOptions {
  /** Longest line that is accepted, bytes without the line end. @default 67108864 (64 MiB) */
  maxLineBytes?: number;
  /** Whether a line that is no JSON object ends the reading. @default 'error' */
  onMalformedLine?: 'error' | 'skip';
  /** Told of each line that `'skip'` passes over. */
  onSkippedLine?: (error: MalformedLineError) => void;
  /** Told after each byte chunk, once its lines were handled. */
  onProgress?: (progress: Pick<StreamCounts, 'bytes' | 'lines'>) => void;
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
  const { maxLineBytes = DEFAULT_MAX_LINE_BYTES, signal, onProgress } = options;
  const response = await openNdjson(url, options);
  const counts = { bytes: 0, lines: 0, skippedLines: 0, nonFiniteNumbers: 0 };
  if (response.body === null) return counts;
  const splitter = new LineSplitter(maxLineBytes);
  const onFailure = (cause: unknown) =>
    new StreamInterruptedError({
      url: String(url),
      line: splitter.line,
      byteOffset: counts.bytes,
      cause,
    });
  const take = createLineHandler(String(url), onChunk, options, counts);
  let begun = false;
  for await (const chunk of bodyChunks(response.body, { signal, onFailure })) {
    if (!begun) begun = hasBegun(chunk, url, response);
    counts.bytes += chunk.byteLength;
    for (const line of splitter.push(chunk)) await take(line);
    onProgress?.({ bytes: counts.bytes, lines: counts.lines });
  }
  for (const line of splitter.end()) await take(line);
  return counts;
}

function createLineHandler(
  url: string,
  onChunk: ChunkHandler,
  { signal, onMalformedLine = 'error', onSkippedLine }: ConsumeNDJSONStreamOptions,
  counts: StreamCounts,
) {
  return async ({ bytes, line, byteOffset }: SplitLine): Promise<void> => {
    const parsed = parseLine(bytes);
    counts.lines += 1;
    if (!parsed.ok) {
      const { reason, cause } = parsed;
      const error = new MalformedLineError({ url, line, byteOffset, reason, cause });
      if (onMalformedLine === 'error') throw error;
      counts.skippedLines += 1;
      onSkippedLine?.(error);
    } else {
      const { message, nonFiniteNumbers } = parsed;
      counts.nonFiniteNumbers += nonFiniteNumbers;
      const pending = onChunk(message, { line, byteOffset, nonFiniteNumbers });
      if (isPromiseLike(pending)) await abortable(pending, signal);
    }
    signal?.throwIfAborted();
  };
}

/** False while only white space came; throws where the body begins as a web page. */
function hasBegun(chunk: Uint8Array, url: string | URL, response: Response): boolean {
  const first = firstContentByte(chunk);
  if (first === 60) throw notNdjson(url, response, true);
  return first !== undefined;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

function checkArguments(
  url: unknown,
  onChunk: unknown,
  { maxLineBytes, onMalformedLine }: ConsumeNDJSONStreamOptions,
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
  if (onMalformedLine !== undefined && !['error', 'skip'].includes(onMalformedLine)) {
    throw new TypeError("consumeNDJSONStream: onMalformedLine must be 'error' or 'skip'.");
  }
}
