const encoder = new TextEncoder();

/** A body made piece by piece; text is sent as UTF-8. */
export type BodyPieces = AsyncGenerator<Uint8Array | string, void, void>;

/**
 * A response body that asks for the next piece only when the reader took the last one. A reader
 * that leaves aborts the signal that `make` was given, at once, also in the middle of a piece.
 */
export function streamBody(make: (signal: AbortSignal) => BodyPieces): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const pieces = make(left.signal);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
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
