/** Helpers for bodies that come in pieces; real Response and ReadableStream objects throughout. */

export const CHUNK_SIZES = [1, 3, 7, 65_536];

const encoder = new TextEncoder();

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

export function cut(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer>[] {
  const chunks = [];
  for (let start = 0; start < bytes.byteLength; start += size) {
    chunks.push(bytes.slice(start, start + size));
  }
  return chunks;
}

export interface TrackedBody {
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What the body was cancelled with, one entry a call. */
  cancelled: unknown[];
  /** Chunks that were pulled. */
  pulled: () => number;
}

/** How a body goes on behind its chunks. */
export type BodyEnd = 'close' | 'hang' | Error;

export function trackedBody(
  chunks: Uint8Array<ArrayBuffer>[],
  end: BodyEnd = 'close',
): TrackedBody {
  const cancelled: unknown[] = [];
  let next = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const chunk = chunks[next];
        if (chunk) {
          next += 1;
          controller.enqueue(chunk);
        } else if (end === 'close') controller.close();
        else if (end !== 'hang') controller.error(end);
        else return new Promise(() => undefined);
        return undefined;
      },
      cancel(reason) {
        cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, cancelled, pulled: () => next };
}

export function ndjson(body: BodyInit | null, init: ResponseInit = {}): Response {
  const headers = { 'Content-Type': 'application/x-ndjson' };
  return new Response(body, { headers, ...init });
}

/** A fetch that answers with what the function makes, and records what it was asked. */
export function fakeFetch(
  answer: (url: string, init: RequestInit) => Response | Promise<Response>,
) {
  const calls: { url: string; init: RequestInit }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    calls.push({ url: String(input), init });
    return answer(String(input), init);
  };
  return { fetch, calls };
}

/** An AbortController whose signal counts the listeners that are on it. */
export function countingController() {
  const controller = new AbortController();
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  const active = new Set<unknown>();
  let added = 0;
  signal.addEventListener = (type: string, listener: never, options?: AddEventListenerOptions) => {
    added += 1;
    active.add(listener);
    // One that is called at most once is gone after the abort.
    if (options?.once) add('abort', () => active.delete(listener), { once: true });
    add(type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: never, options?: never) => {
    active.delete(listener);
    remove(type, listener, options);
  };
  return { controller, signal, active: () => active.size, added: () => added };
}

export function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(body), {
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  });
}

/** What a promise rejects with; fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
