import type { BodyPieces } from '../http/streamBody.js';
import { sleep } from '../sleep.js';
import type { ByteFault, CutEnd } from './Fault.js';

/** Thrown out of a body whose connection is to end with it. */
export class ConnectionCutError extends Error {
  override readonly name = 'ConnectionCutError';

  constructor(readonly end: Extract<CutEnd, 'close' | 'reset'>) {
    super(`The connection was cut by a fault of the script: ${end}.`);
  }
}

/** Who reads a disturbed body. */
export interface BodyReader {
  /** Aborted when the reader has left. */
  left: AbortSignal;
  onStall: (left: AbortSignal) => void;
}

export type ByteChunks = AsyncIterable<Uint8Array>;

/** The chunks of a body, which is cancelled once nobody wants more of it. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  left: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return;
  const reader = body.getReader();
  // a body that has failed says so to whoever reads it
  const stop = () => void reader.cancel().catch(() => undefined);
  left.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    left.removeEventListener('abort', stop);
    stop();
  }
}

/** Resolves when the reader has left. */
function untilLeft(left: AbortSignal): Promise<void> {
  if (left.aborted) return Promise.resolve();
  return new Promise((resolve) => left.addEventListener('abort', () => resolve(), { once: true }));
}

/** Index of the first byte of a character that takes several, -1 where there is none. */
const startOfLongCharacter = (bytes: Uint8Array) => bytes.findIndex((byte) => byte >= 0xc0);

async function* cut(
  chunks: ByteChunks,
  { afterBytes, end }: Extract<ByteFault, { kind: 'cut' }>,
): BodyPieces {
  let left = afterBytes;
  for await (const chunk of chunks) {
    const taken = chunk.subarray(0, left);
    left -= taken.length;
    if (taken.length > 0) yield taken;
    if (left > 0) continue;
    if (end === 'clean') return;
    if (end !== 'half-character') throw new ConnectionCutError(end);
    const rest = chunk.subarray(taken.length);
    const start = startOfLongCharacter(rest);
    yield start === -1 ? rest : rest.subarray(0, start + 1);
    if (start !== -1) return;
  }
}

async function* stall(
  chunks: ByteChunks,
  afterBytes: number,
  { left, onStall }: BodyReader,
): BodyPieces {
  let sent = 0;
  for await (const chunk of chunks) {
    const taken = chunk.subarray(0, afterBytes - sent);
    sent += taken.length;
    if (taken.length > 0) yield taken;
    if (sent === afterBytes) break;
  }
  onStall(left);
  await untilLeft(left);
}

async function* trickle(
  chunks: ByteChunks,
  { afterBytes, bytes, pauseMs }: Extract<ByteFault, { kind: 'trickle' }>,
  { left }: BodyReader,
): BodyPieces {
  let at = 0;
  for await (const chunk of chunks) {
    const from = Math.min(Math.max(0, afterBytes - at), chunk.length);
    const to = Math.min(Math.max(0, afterBytes + bytes - at), chunk.length);
    at += chunk.length;
    yield chunk.subarray(0, from);
    for (let index = from; index < to; index++) {
      await sleep(pauseMs, left);
      yield chunk.subarray(index, index + 1);
    }
    yield chunk.subarray(to);
  }
}

/** The bytes of a body as the fault lets them through, until the reader has left. */
export function disturbBytes(chunks: ByteChunks, fault: ByteFault, reader: BodyReader): BodyPieces {
  if (fault.kind === 'cut') return cut(chunks, fault);
  if (fault.kind === 'stall') return stall(chunks, fault.afterBytes, reader);
  return trickle(chunks, fault, reader);
}
