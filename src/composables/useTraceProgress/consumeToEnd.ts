import { StreamInterruptedError } from '../../stream/index.js';
import { DEFAULT_IDLE_TIMEOUT_MS, IdleWatch } from '../../stream/IdleWatch.js';
import type { ConsumeRecordsOptions, PlacedLine, TraceDecoder } from '../../worker/index.js';

/** Lines that end a result. */
const END_LINES: readonly string[] = ['complete', 'error', 'full_result'];

/**
 * Reads a stream as `TraceDecoder.consume` does, but no longer than its idle timeout past the line
 * that ends it: a body that is held open behind that, even by blank lines, has nothing more.
 */
export async function consumeToEnd(
  decoder: TraceDecoder,
  url: string,
  onLine: (line: PlacedLine) => Promise<void>,
  options: ConsumeRecordsOptions,
): Promise<void> {
  const { signal, idleTimeoutMs: timeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  const place = { line: 0, byteOffset: 0 };
  const cause = new Error('it was held open behind its last line');
  const onIdle = () => new StreamInterruptedError({ url, ...place, cause });
  const watch = new IdleWatch({ timeoutMs, signal, onIdle });
  watch.pause();
  try {
    const take = async (line: PlacedLine) => {
      await onLine(line);
      if (place.line > 0 || !END_LINES.includes(line.header.type)) return;
      place.line = line.line;
      place.byteOffset = line.byteOffset;
      watch.wait();
    };
    await decoder.consume(url, take, { ...options, signal: watch.signal });
  } finally {
    watch.stop();
  }
}
