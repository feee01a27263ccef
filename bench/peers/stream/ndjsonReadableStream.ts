import readNDJSONStream from 'ndjson-readablestream';
import type { ReadStream } from '../../pages/stream/StreamContender.js';

/** ndjson-readablestream: a generator of the parsed lines. */
export const read: ReadStream = async ({ stream }, sink) => {
  const { body } = await fetch(stream);
  for await (const line of readNDJSONStream(body!)) sink.takeLine(line);
};
