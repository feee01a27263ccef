import { abortable } from './abortable.js';
import { bodyChunks } from './bodyChunks.js';
import { StreamInterruptedError } from './errors/StreamInterruptedError.js';
import { DEFAULT_MAX_LINE_BYTES, LineSplitter, type SplitLine } from './LineSplitter.js';
import { firstContentByte, notNdjson, openNdjson } from './openNdjson.js';
import type { SendOptions } from './sendRequest.js';

/** What was read of a stream. */
export interface LineCounts {
  /** Bytes of the body, after decompression. */
  bytes: number;
  /** Lines that were not blank. */
  lines: number;
}

export interface ConsumeLinesOptions extends SendOptions {
  /** Longest line that is accepted, bytes without the line end. @default 67108864 (64 MiB) */
  maxLineBytes?: number;
  /** Told after each byte chunk, once its lines were handled. */
  onProgress?: (progress: LineCounts) => void;
}

/**
 * Reads a stream line by line and hands the bytes of each line that is not blank to `onLine`, whose
 * promise, if it gives one, is waited for. Rejects as `consumeNDJSONStream` does, but for malformed
 * lines, which are for `onLine` to find.
 */
export async function consumeLines(
  url: string | URL,
  onLine: (line: SplitLine) => unknown,
  options: ConsumeLinesOptions = {},
): Promise<LineCounts> {
  const { maxLineBytes = DEFAULT_MAX_LINE_BYTES, signal, onProgress } = options;
  const response = await openNdjson(url, options);
  const counts = { bytes: 0, lines: 0 };
  if (response.body === null) return counts;
  const splitter = new LineSplitter(maxLineBytes);
  const onFailure = (cause: unknown) =>
    new StreamInterruptedError({
      url: String(url),
      line: splitter.line,
      byteOffset: counts.bytes,
      cause,
    });
  async function takeAll(lines: Iterable<SplitLine>): Promise<void> {
    for (const line of lines) {
      counts.lines += 1;
      const pending = onLine(line);
      if (isPromiseLike(pending)) await abortable(pending, signal);
      signal?.throwIfAborted();
    }
  }
  let begun = false;
  for await (const chunk of bodyChunks(response.body, { signal, onFailure })) {
    if (!begun) begun = hasBegun(chunk, url, response);
    counts.bytes += chunk.byteLength;
    await takeAll(splitter.push(chunk));
    onProgress?.({ ...counts });
  }
  await takeAll(splitter.end());
  return counts;
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
