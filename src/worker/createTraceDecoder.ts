import { type LineageReader, readLineage } from '../jobs/readLineage.js';
import { LineDecoder, type ReadAnswer } from '../records/index.js';
import { joinChunks } from '../stream/joinChunks.js';
import { runSteps } from '../stream/runSteps.js';
import { consumeHere, consumeInWorker, type ConsumeRecordsOptions } from './consumeRecords.js';
import type { PlacedLine } from './decodeMessages.js';
import { readInWorker } from './readInWorker.js';
import { startDecodeWorker } from './startDecodeWorker.js';

/**
 * Makes columns of what one trace receives, in a worker, or, where none can start, in this thread in
 * slices. It does one thing at a time: what it reads, each domain's batches build on each other.
 */
export interface TraceDecoder {
  /**
   * Reads a stream and hands each line on decoded. `onLine` may return a promise, which the next line
   * waits for. Rejects as `consumeNDJSONStream` does, and with `DecodeWorkerError`.
   */
  consume(
    url: string,
    onLine: (line: PlacedLine) => unknown,
    options?: ConsumeRecordsOptions,
  ): Promise<void>;
  /** Reads an events answer that comes whole. Rejects with `JsonSyntaxError`, `DecodeWorkerError`. */
  readAnswer(chunks: AsyncIterable<Uint8Array>): Promise<ReadAnswer>;
  readLineage: LineageReader;
  /** Ends the worker; what is under way never settles. */
  close(): void;
}

/** Starts the worker at once, so that it is there when the first bytes come. */
export function createTraceDecoder(): TraceDecoder {
  const starting = startDecodeWorker();
  const decoder = new LineDecoder();
  let isClosed = false;
  return {
    async consume(url, onLine, options = {}) {
      const worker = await starting;
      options.signal?.throwIfAborted();
      if (worker) await consumeInWorker(worker, url, onLine, options);
      else await consumeHere(decoder, url, onLine, options);
    },
    async readAnswer(chunks) {
      const worker = await starting;
      if (worker) return readInWorker(worker, { type: 'answer' }, chunks);
      return runSteps(decoder.answer(await joinChunks(chunks)));
    },
    async readLineage(chunks, scope) {
      const worker = await starting;
      if (worker) return readInWorker(worker, { type: 'lineage', scope }, chunks);
      return runSteps(readLineage(await joinChunks(chunks), scope));
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      void starting.then((worker) => worker?.terminate());
    },
  };
}
