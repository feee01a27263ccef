import { consumeLines, type ConsumeLinesOptions } from '../stream/consumeLines.js';
import { MalformedLineError } from '../stream/errors/MalformedLineError.js';
import { DEFAULT_MAX_LINE_BYTES, type SplitLine } from '../stream/LineSplitter.js';
import { readNdjson } from '../stream/readNdjson.js';
import type { PlacedLine } from './decodeMessages.js';
import { LineDecoder } from './LineDecoder.js';
import { RecordSyntaxError } from './RecordSyntaxError.js';
import { startDecodeWorker } from './startDecodeWorker.js';
import { WorkerSink } from './WorkerSink.js';

export interface ConsumeRecordsOptions extends Omit<ConsumeLinesOptions, 'onProgress'> {
  /** Told as bytes come in. */
  onBytes?: (bytes: number) => void;
}

/**
 * Reads a trace stream and hands each line on decoded, its rows as columns: split and decoded in a
 * worker, or, where none can start, here. `onLine` may return a promise, which the next line waits
 * for. Rejects as `consumeNDJSONStream` does, and with `DecodeWorkerError`.
 */
export async function consumeRecords(
  url: string,
  onLine: (line: PlacedLine) => unknown,
  options: ConsumeRecordsOptions = {},
): Promise<void> {
  const worker = await startDecodeWorker();
  try {
    options.signal?.throwIfAborted();
    if (worker) await consumeInWorker(worker, url, onLine, options);
    else await consumeHere(url, onLine, options);
  } finally {
    worker?.terminate();
  }
}

async function consumeInWorker(
  worker: Worker,
  url: string,
  onLine: (line: PlacedLine) => unknown,
  { maxLineBytes = DEFAULT_MAX_LINE_BYTES, onBytes, ...send }: ConsumeRecordsOptions,
): Promise<void> {
  const { signal } = send;
  let bytes = 0;
  await readNdjson(
    url,
    () => {
      const sink = new WorkerSink(worker, { url, maxLineBytes, signal, onLine });
      return {
        get line() {
          return sink.line;
        },
        push(chunk) {
          bytes += chunk.byteLength;
          onBytes?.(bytes);
          return sink.push(chunk);
        },
        end: () => sink.end(),
      };
    },
    send,
  );
}

async function consumeHere(
  url: string,
  onLine: (line: PlacedLine) => unknown,
  { onBytes, ...options }: ConsumeRecordsOptions,
): Promise<void> {
  const decoder = new LineDecoder();
  const take = (line: SplitLine) => onLine(decodePlaced(decoder, url, line));
  await consumeLines(url, take, { ...options, onProgress: ({ bytes }) => onBytes?.(bytes) });
}

function decodePlaced(decoder: LineDecoder, url: string, split: SplitLine): PlacedLine {
  const { bytes, line, byteOffset } = split;
  try {
    return { ...decoder.decode(bytes), line, byteOffset };
  } catch (cause) {
    if (!(cause instanceof RecordSyntaxError)) throw cause;
    const { reason, at } = cause;
    throw new MalformedLineError({ url, line, byteOffset: byteOffset + at, reason, cause });
  }
}
