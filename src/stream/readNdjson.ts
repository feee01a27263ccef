import { bodyChunks } from './bodyChunks.js';
import { StreamInterruptedError } from './errors/StreamInterruptedError.js';
import { firstContentByte, notNdjson, openNdjson } from './openNdjson.js';
import type { SendOptions } from './sendRequest.js';

/** What takes the bytes of a stream. */
export interface NdjsonSink {
  /** The line that is being read, from 1. */
  readonly line: number;
  /** Takes bytes; reading goes on when the promise resolves. */
  push(chunk: Uint8Array): Promise<void>;
  /** There are no more. */
  end(): Promise<void>;
  /** The body broke off: resolves when all lines that ended before were handed on. */
  cut(): Promise<void>;
}

/** Asks for a stream of NDJSON and hands its bytes on as they come. */
export async function readNdjson(
  url: string | URL,
  createSink: () => NdjsonSink | Promise<NdjsonSink>,
  { signal, ...options }: SendOptions,
): Promise<void> {
  const response = await openNdjson(url, { signal, ...options });
  if (response.body === null) return;
  const sink = await createSink();
  let byteOffset = 0;
  const onFailure = (cause: unknown) =>
    new StreamInterruptedError({ url: String(url), line: sink.line, byteOffset, cause });
  let begun = false;
  try {
    for await (const chunk of bodyChunks(response.body, { signal, onFailure })) {
      if (!begun) begun = hasBegun(chunk, url, response);
      byteOffset += chunk.byteLength;
      await sink.push(chunk);
    }
  } catch (error) {
    if (error instanceof StreamInterruptedError) await sink.cut();
    throw error;
  }
  await sink.end();
}

/** False while only white space came; throws where the body begins as a web page. */
function hasBegun(chunk: Uint8Array, url: string | URL, response: Response): boolean {
  const first = firstContentByte(chunk);
  if (first === 60) throw notNdjson(url, response, true);
  return first !== undefined;
}
