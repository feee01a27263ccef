import type { RowBatch } from '../ports.js';
import type { ChunkCompression } from '../results/ChunkCompression.js';
import { createChunkEncoder, openChunk } from '../results/chunkCodec.js';
import { encodeJson } from '../results/resultMeta.js';
import { batchFromJson } from '../rowBatch.js';

/** [rows, containers done, bytes of the chunk] of each batch. */
type BatchHeader = [rowCount: number, containersDone: number, bytes: number];

const HEADER_LENGTH_BYTES = 4;

/** Collects the batches of a result for as long as they are no more than so many bytes, as stored. */
export class BatchCollector {
  readonly #encode: ReturnType<typeof createChunkEncoder>;
  readonly #maxBytes: number;
  readonly #headers: BatchHeader[] = [];
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number, compression: ChunkCompression | undefined) {
    this.#maxBytes = maxBytes;
    this.#encode = createChunkEncoder('deflate', compression);
  }

  add(batch: RowBatch): void {
    if (this.#bytes > this.#maxBytes) return;
    const json = batch.json();
    const encoded = this.#encode(json, batch.rowCount);
    // the batch's own array may be transferred by whoever reads it
    const chunk = encoded === json ? json.slice() : encoded;
    this.#headers.push([batch.rowCount, batch.containersDone, chunk.byteLength]);
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#maxBytes) this.#chunks = [];
  }

  /** All of it as one value: length of the header, 32 bits, least byte first, header, chunks. */
  finish(): Uint8Array | null {
    if (this.#bytes > this.#maxBytes) return null;
    const header = encodeJson(this.#headers);
    const value = new Uint8Array(HEADER_LENGTH_BYTES + header.byteLength + this.#bytes);
    new DataView(value.buffer).setUint32(0, header.byteLength, true);
    value.set(header, HEADER_LENGTH_BYTES);
    let end = HEADER_LENGTH_BYTES + header.byteLength;
    for (const chunk of this.#chunks) {
      value.set(chunk, end);
      end += chunk.byteLength;
    }
    return value;
  }
}

/**
 * The batches of a stored value, each of them opened when it is its turn.
 * @throws Error where the value is damaged, before the first batch for all that check sums can tell
 */
export function readBatches(
  value: Uint8Array,
  compression: ChunkCompression | undefined,
): (() => RowBatch)[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  let end = HEADER_LENGTH_BYTES + view.getUint32(0, true);
  const header = new TextDecoder().decode(value.subarray(HEADER_LENGTH_BYTES, end));
  return (JSON.parse(header) as BatchHeader[]).map(([rowCount, containersDone, bytes]) => {
    const chunk = openChunk(value.subarray(end, (end += bytes)), compression);
    return () => {
      const json = 'inflate' in chunk ? chunk.inflate() : chunk;
      return batchFromJson(json, rowCount, containersDone);
    };
  });
}
