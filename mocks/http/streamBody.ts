import { nextTask } from '../nextTask.js';
import type { HeldChunk } from '../results/HeldChunk.js';
import { inParts } from './bodyParts.js';
import type { HeldPieces } from './HeldBytes.js';

/** Longest work for one body between two turns of everybody else, ms. */
const BUDGET_MS = 8;

/** A body made piece by piece; text is sent as UTF-8. */
export type BodyPieces = AsyncGenerator<Uint8Array | string, void, void>;

/** A piece of a stream; a chunk goes into a gzip body as it is stored. */
export type StreamPiece = Uint8Array | string | HeldChunk;
export type StreamPieces = AsyncGenerator<StreamPiece, void, void>;

export interface BodyEnds {
  /** Told what broke the body off. */
  onError: (error: unknown) => void;
  /** Told that it is over, however that came. */
  onEnd?: () => void;
}

/**
 * A response body that asks for the next piece only when the reader took the last one. A reader
 * that leaves aborts the signal that `make` was given, at once, also in the middle of a piece.
 */
export function streamBody(
  make: (signal: AbortSignal) => HeldPieces,
  { onError, onEnd }: BodyEnds,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const pieces = inParts(make(left.signal));
  let since = performance.now();

  async function nextPiece(): Promise<IteratorResult<Uint8Array, void>> {
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
          if (!done) return controller.enqueue(value);
          controller.close();
          onEnd?.();
        } catch (error) {
          onEnd?.();
          if (!left.signal.aborted) onError(error);
          throw error;
        }
      },
      async cancel(reason) {
        onEnd?.();
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
