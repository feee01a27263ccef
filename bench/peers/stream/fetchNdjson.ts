import ndjson from 'fetch-ndjson';
import type { ReadStream } from '../../pages/stream/StreamContender.js';

/** fetch-ndjson: a generator of the parsed lines. */
export const read: ReadStream = async ({ stream }, sink) => {
  const { body } = await fetch(stream);
  for await (const line of ndjson(body!.getReader())) sink.takeLine(line);
};
