export interface BodyChunksOptions {
  signal?: AbortSignal;
  /** Makes the error of a body that broke off; gets what the reader rejected with. */
  onFailure: (cause: unknown) => Error;
}

/**
 * The byte chunks of a body, one at a time. However the reading ends, the body is cancelled and
 * its lock released; an abort throws the signal's reason.
 */
export async function* bodyChunks(
  body: ReadableStream<Uint8Array>,
  { signal, onFailure }: BodyChunksOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  const onAbort = () => cancelQuietly(reader, signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const result = await readOrFail(reader, signal, onFailure);
      if (result.done) return;
      yield result.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    cancelQuietly(reader, signal?.reason);
    reader.releaseLock();
  }
}

/** Tells the producer of a body that nobody will read it. */
export function cancelBody(body: ReadableStream<Uint8Array> | null, reason?: unknown): void {
  if (body !== null && !body.locked) cancelQuietly(body, reason);
}

async function readOrFail(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
  onFailure: (cause: unknown) => Error,
) {
  try {
    const result = await reader.read();
    // A reader that was cancelled says "done", just as at a real end.
    signal?.throwIfAborted();
    return result;
  } catch (cause) {
    signal?.throwIfAborted();
    throw onFailure(cause);
  }
}

/**
 * Not awaited: a producer may take any time to hear of it, and through MSW it never does. A body
 * that has failed rejects with the failure that its reader was told already.
 */
function cancelQuietly(
  target: { cancel(reason?: unknown): Promise<void> },
  reason?: unknown,
): void {
  target.cancel(reason).catch(() => undefined);
}
