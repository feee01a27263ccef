import type { LineageReader } from '../jobs/readLineage.js';
import type { SeedsReader } from '../jobs/readSeeds.js';
import type { ReadAnswer } from '../records/readAnswer.js';
import type { ConsumeLinesOptions } from '../stream/consumeLines.js';
import type { PlacedLine } from './decodeMessages.js';

export interface ConsumeRecordsOptions extends Omit<ConsumeLinesOptions, 'onProgress'> {
  /** Told as bytes come in. */
  onBytes?: (bytes: number) => void;
}

/** Makes columns of what one trace receives, one thing at a time: batches of a domain build on each other. */
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
  /** Reads the answer of the seeds. Rejects as `readAnswer` does. */
  readSeeds: SeedsReader;
  /** Reads a lineage answer. Rejects as `readAnswer` does. */
  readLineage: LineageReader;
}
