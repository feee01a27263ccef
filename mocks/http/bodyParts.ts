import type { HeldBytes, HeldPieces } from './HeldBytes.js';

/** What a connection holds of a body while its reader rests. */
export const PART_BYTES = 65_536;
/** A reader who has not taken a part after so long is a slow one, ms. */
export const SLOW_MS = 500;

const encoder = new TextEncoder();

/** A part, and the length of all. */
function cutPart(bytes: Uint8Array, from: number) {
  // `slice` of a Buffer is no copy: the part would hold all of it
  const part = new Uint8Array(bytes.subarray(from, from + PART_BYTES));
  return { part, length: bytes.length };
}

// apart from the generator, which would hold all that it has read while it waits
function peekPart(held: HeldBytes, from: number) {
  const bytes = held.peek();
  return bytes && cutPart(bytes, from);
}

async function readPart(held: HeldBytes, from: number) {
  return cutPart(await held.read(), from);
}

/** The parts of held bytes, each a copy: what waits for a slow reader is one of them alone. */
async function* partsOf(held: HeldBytes): AsyncGenerator<Uint8Array, void, void> {
  let isWaiting = false;
  const timer = setInterval(() => {
    if (isWaiting) held.letGo();
    isWaiting = true;
  }, SLOW_MS);
  try {
    for (let from = 0, left = true; left; from += PART_BYTES) {
      const { part, length } = peekPart(held, from) ?? (await readPart(held, from));
      left = from + PART_BYTES < length;
      isWaiting = false;
      yield part;
    }
  } finally {
    clearInterval(timer);
    held.end();
  }
}

/** The same body in parts of at most 64 KiB. */
export async function* inParts(pieces: HeldPieces): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) {
    if (typeof piece === 'object' && 'letGo' in piece) {
      yield* partsOf(piece);
      continue;
    }
    const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece;
    for (let from = 0; from < bytes.length; from += PART_BYTES) {
      yield bytes.subarray(from, from + PART_BYTES);
    }
  }
}
