import { nextTask } from '../stream/createYielder.js';
import { createWorkerDecoder } from './decodeInWorker.js';
import { startDecodeWorker } from './startDecodeWorker.js';
import type { TraceDecoder } from './TraceDecoder.js';

/** A decoder, and its end: what is under way then never settles. */
export interface ClosableTraceDecoder extends TraceDecoder {
  close(): void;
}

/** Starts a worker at once, so that it is there when the first bytes come; without one decodes here. */
export function createTraceDecoder(): ClosableTraceDecoder {
  // what began the trace, mostly a click, is answered first
  const starting = nextTask().then(startDecodeWorker);
  const started = starting.then(async (worker) => {
    if (worker) return createWorkerDecoder(worker);
    const { createDecoderHere } = await import('./decodeHere.js');
    return createDecoderHere();
  });
  // told to whoever asks the decoder for something
  started.catch(() => undefined);
  return {
    consume: async (...args) => (await started).consume(...args),
    readAnswer: async (chunks) => (await started).readAnswer(chunks),
    readSeeds: async (chunks) => (await started).readSeeds(chunks),
    readLineage: async (chunks, scope) => (await started).readLineage(chunks, scope),
    close: () => void starting.then((worker) => worker?.terminate()),
  };
}
