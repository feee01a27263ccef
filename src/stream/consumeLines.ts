import { abortable } from './abortable.js';
import { DEFAULT_MAX_LINE_BYTES, LineSplitter, type SplitLine } from './LineSplitter.js';
import { type NdjsonSink, readNdjson, type ReadNdjsonOptions } from './readNdjson.js';

/** What was read of a stream. */
export interface LineCounts {
  /** Bytes of the body, after decompression. */
  bytes: number;
  /** Lines that were not blank. */
  lines: number;
}

export interface ConsumeLinesOptions extends ReadNdjsonOptions {
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
  { maxLineBytes = DEFAULT_MAX_LINE_BYTES, onProgress, ...send }: ConsumeLinesOptions = {},
): Promise<LineCounts> {
  const counts = { bytes: 0, lines: 0 };
  const splitter = new LineSplitter(maxLineBytes);
  async function takeAll(lines: Iterable<SplitLine>): Promise<void> {
    for (const line of lines) {
      counts.lines += 1;
      const pending = onLine(line);
      if (isPromiseLike(pending)) await abortable(pending, send.signal);
      send.signal?.throwIfAborted();
    }
  }
  const sink: NdjsonSink = {
    get line() {
      return splitter.line;
    },
    async push(chunk) {
      counts.bytes += chunk.byteLength;
      await takeAll(splitter.push(chunk));
      onProgress?.({ ...counts });
    },
    end: () => takeAll(splitter.end()),
    // each line was handed on with the chunk that it ended in
    cut: () => Promise.resolve(),
  };
  await readNdjson(url, () => sink, send);
  return counts;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
