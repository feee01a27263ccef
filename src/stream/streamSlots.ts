import { abortable } from './abortable.js';

/** HTTP/1.1 gives a page six connections to a server, and polling, pages and Cancel need some. */
const MOST_STREAMS = 2;

let open = 0;
const waiting = new Set<() => void>();

/**
 * Reads a stream when fewer than two others of the page are open; those that came first go first.
 * Rejects with what `read` rejects with, or with the signal's reason while it still waits.
 */
export async function withStreamSlot<T>(read: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  if (open >= MOST_STREAMS) await turn(signal);
  else open++;
  try {
    return await read();
  } finally {
    handOn();
  }
}

/** Whether a stream could be opened at once. */
export function isStreamSlotFree(): boolean {
  return open < MOST_STREAMS;
}

/** Resolves when a stream that ends hands its slot on. */
async function turn(signal?: AbortSignal): Promise<void> {
  let take: () => void = () => undefined;
  const handedOn = new Promise<void>((resolve) => {
    take = () => {
      waiting.delete(take);
      resolve();
    };
  });
  waiting.add(take);
  try {
    await abortable(handedOn, signal);
  } catch (error) {
    // handed on at the very moment of the abort: it goes to the next one
    if (!waiting.delete(take)) handOn();
    throw error;
  }
}

function handOn(): void {
  const [next] = waiting;
  if (next) next();
  else open--;
}
