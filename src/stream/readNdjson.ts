import { bodyChunks } from './bodyChunks.js';
import { NetworkError } from './errors/NetworkError.js';
import { StreamInterruptedError } from './errors/StreamInterruptedError.js';
import { DEFAULT_IDLE_TIMEOUT_MS, IdleWatch } from './IdleWatch.js';
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

export interface ReadNdjsonOptions extends SendOptions {
  /**
   * A stream from which nothing came for so long, not even a blank line, counts as interrupted, ms;
   * Infinity for never. Time in which nothing was read, in which the machine slept or in which the
   * browser held the page's timers back does not count. @default 45000
   */
  idleTimeoutMs?: number;
  /**
   * The last line was handed on: a body that is held open behind it, even by blank lines, is left after
   * `idleTimeoutMs`, and has then ended. @default never
   */
  hasEnded?: () => boolean;
}

/** Asks for a stream of NDJSON and hands its bytes on as they come. */
export async function readNdjson(
  url: string | URL,
  createSink: () => NdjsonSink | Promise<NdjsonSink>,
  { signal, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS, hasEnded, ...options }: ReadNdjsonOptions,
): Promise<void> {
  let sink: NdjsonSink | null = null;
  let byteOffset = 0;
  const interrupted = (cause: unknown) =>
    sink
      ? new StreamInterruptedError({ url: String(url), line: sink.line, byteOffset, cause })
      : new NetworkError(String(url), cause);
  const onIdle = () => interrupted(new Error(`nothing came for ${idleTimeoutMs / 1000} s`));
  const watch = new IdleWatch({ timeoutMs: idleTimeoutMs, signal, onIdle });
  try {
    const response = await openNdjson(url, { ...options, signal: watch.signal });
    if (response.body === null) return;
    sink = await createSink();
    let begun = false;
    const reading = { signal: watch.signal, onFailure: interrupted };
    for await (const chunk of watched(bodyChunks(response.body, reading), watch, hasEnded)) {
      if (!begun) begun = hasBegun(chunk, url, response);
      byteOffset += chunk.byteLength;
      await sink.push(chunk);
    }
    await sink.end();
  } catch (error) {
    if (!(error instanceof StreamInterruptedError)) throw error;
    await sink?.cut();
    const wasLeft = error === watch.signal.reason && hasEnded?.();
    if (!wasLeft) throw error;
  } finally {
    watch.stop();
  }
}

/** Watches the time in which a chunk is waited for. */
async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  watch: IdleWatch,
  hasEnded: () => boolean = () => false,
): AsyncGenerator<Uint8Array, void, undefined> {
  watch.wait();
  let isOver = false;
  for await (const chunk of chunks) {
    watch.pause();
    yield chunk;
    // what comes behind the end is nothing
    if (isOver) watch.waitOn();
    else watch.wait();
    isOver = hasEnded();
  }
  watch.pause();
}

/** False while only white space came; throws where the body begins as a web page. */
function hasBegun(chunk: Uint8Array, url: string | URL, response: Response): boolean {
  const first = firstContentByte(chunk);
  if (first === 60) throw notNdjson(url, response, true);
  return first !== undefined;
}
