import { DEFAULT_MAX_LINE_BYTES } from '../stream/LineSplitter.js';
import { readNdjson } from '../stream/readNdjson.js';
import type { PlacedLine } from './decodeMessages.js';
import { readInWorker } from './readInWorker.js';
import type { ConsumeRecordsOptions, TraceDecoder } from './TraceDecoder.js';
import { WorkerSink } from './WorkerSink.js';

/** A decoder that has a worker do the work. */
export function createWorkerDecoder(worker: Worker): TraceDecoder {
  return {
    consume: (url, onLine, options = {}) => consume(worker, url, onLine, options),
    readAnswer: (chunks) => readInWorker(worker, { type: 'answer' }, chunks),
    readSeeds: (chunks) => readInWorker(worker, { type: 'seeds' }, chunks),
    readLineage: (chunks, scope) => readInWorker(worker, { type: 'lineage', scope }, chunks),
  };
}

async function consume(
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
        cut: () => sink.cut(),
      };
    },
    send,
  );
}
