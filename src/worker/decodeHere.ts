import { readLineage } from '../jobs/readLineage.js';
import { readSeeds } from '../jobs/readSeeds.js';
import { LineDecoder } from '../records/LineDecoder.js';
import { consumeLines } from '../stream/consumeLines.js';
import { createYielder } from '../stream/createYielder.js';
import { LimitExceededError } from '../stream/errors/LimitExceededError.js';
import { MalformedLineError } from '../stream/errors/MalformedLineError.js';
import { joinChunks } from '../stream/joinChunks.js';
import { JsonSyntaxError } from '../stream/JsonSyntaxError.js';
import type { SplitLine } from '../stream/LineSplitter.js';
import { runSteps } from '../stream/runSteps.js';
import type { PlacedLine } from './decodeMessages.js';
import type { TraceDecoder } from './TraceDecoder.js';

/** A decoder that works in this thread, in slices. Loaded only where no worker can start. */
export function createDecoderHere(): TraceDecoder {
  const decoder = new LineDecoder();
  const breathe = createYielder();
  return {
    async consume(url, onLine, { onBytes, ...options } = {}) {
      const take = async (split: SplitLine) => {
        const line = await decodePlaced(decoder, url, split, breathe);
        options.signal?.throwIfAborted();
        await onLine(line);
      };
      await consumeLines(url, take, { ...options, onProgress: ({ bytes }) => onBytes?.(bytes) });
    },
    readAnswer: async (chunks) => runSteps(decoder.answer(await joinChunks(chunks)), breathe),
    readSeeds: async (chunks) => runSteps(readSeeds(await joinChunks(chunks)), breathe),
    readLineage: async (chunks, scope) =>
      runSteps(readLineage(await joinChunks(chunks), scope), breathe),
  };
}

async function decodePlaced(
  decoder: LineDecoder,
  url: string,
  { bytes, line, byteOffset, hasEnd }: SplitLine,
  breathe: () => Promise<void>,
): Promise<PlacedLine> {
  try {
    return { ...(await runSteps(decoder.steps(bytes), breathe)), line, byteOffset };
  } catch (cause) {
    if (cause instanceof LimitExceededError) throw cause.at({ url, line, byteOffset });
    if (!(cause instanceof JsonSyntaxError)) throw cause;
    const { reason, at } = cause;
    const place = { url, line, byteOffset: byteOffset + at, isCut: !hasEnd };
    throw new MalformedLineError({ ...place, reason, cause });
  }
}
