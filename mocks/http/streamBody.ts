import { nextTask } from '../nextTask.js';
import type { CompressedChunk } from '../results/chunkCodec.js';

const encoder = new TextEncoder();
/** Longest work for one body between two turns of everybody else, ms. */
const BUDGET_MS = 8;

/** A body made piece by piece; text is sent as UTF-8. */
export type BodyPieces = AsyncGenerator<Uint8Array | string, void, void>;

/** A piece of a stream; compressed chunks are for a gzip body. */
export type StreamPiece = Uint8Array | string | CompressedChunk;
export type StreamPieces = AsyncGenerator<StreamPiece, void, void>;

/**
 * A response body that asks for the next piece only when the reader took the last one. A reader
 * that leaves aborts the signal that `make` was given, at once, also in the middle of a piece.
 * A failure breaks the body off and is told to `onError`.
 */
export function streamBody(
  make: (signal: AbortSignal) => BodyPieces,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const pieces = make(left.signal);
  let since = performance.now();

  async function nextPiece(): Promise<IteratorResult<Uint8Array | string, void>> {
    // while the reader takes all at once nobody else would get a turn
    if (performance.now() - since > BUDGET_MS) {
      await nextTask();
      since = performance.now();
    }
    return pieces.next();
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await nextPiece();
          if (done) controller.close();
          else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
        } catch (error) {
          if (!left.signal.aborted) onError(error);
          throw error;
        }
      },
      async cancel(reason) {
        left.abort(reason);
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Joins small texts to pieces of at least `leastLength` characters, the last one excepted. */
export function* joinTexts(texts: Iterable<string>, leastLength = 65_536): Generator<string> {
  let joined = '';
  for (const text of texts) {
    joined += text;
    if (joined.length >= leastLength) {
      yield joined;
      joined = '';
    }
  }
  if (joined) yield joined;
}
