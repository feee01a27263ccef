import type { LineDecoder } from '../records/index.js';
import { consumeLines, type ConsumeLinesOptions } from '../stream/consumeLines.js';
import { createYielder } from '../stream/createYielder.js';
import { MalformedLineError } from '../stream/errors/MalformedLineError.js';
import { JsonSyntaxError } from '../stream/JsonSyntaxError.js';
import { DEFAULT_MAX_LINE_BYTES, type SplitLine } from '../stream/LineSplitter.js';
import { readNdjson } from '../stream/readNdjson.js';
import { runSteps } from '../stream/runSteps.js';
import type { PlacedLine } from './decodeMessages.js';
import { WorkerSink } from './WorkerSink.js';

export interface ConsumeRecordsOptions extends Omit<ConsumeLinesOptions, 'onProgress'> {
  /** Told as bytes come in. */
  onBytes?: (bytes: number) => void;
}

/** Reads a stream whose lines the worker splits and decodes. */
export async function consumeInWorker(
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

/** Reads a stream whose lines are split and decoded in this thread, in slices. */
export async function consumeHere(
  decoder: LineDecoder,
  url: string,
  onLine: (line: PlacedLine) => unknown,
  { onBytes, ...options }: ConsumeRecordsOptions,
): Promise<void> {
  const breathe = createYielder();
  const take = async (split: SplitLine) => {
    const line = await decodePlaced(decoder, url, split, breathe);
    options.signal?.throwIfAborted();
    await onLine(line);
  };
  await consumeLines(url, take, { ...options, onProgress: ({ bytes }) => onBytes?.(bytes) });
}

async function decodePlaced(
  decoder: LineDecoder,
  url: string,
  { bytes, line, byteOffset }: SplitLine,
  breathe: () => Promise<void>,
): Promise<PlacedLine> {
  try {
    return { ...(await runSteps(decoder.steps(bytes), breathe)), line, byteOffset };
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    const { reason, at } = cause;
    throw new MalformedLineError({ url, line, byteOffset: byteOffset + at, reason, cause });
  }
}
