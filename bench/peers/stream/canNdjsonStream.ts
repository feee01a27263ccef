import ndjsonStream from 'can-ndjson-stream';
import type { ReadStream } from '../../pages/stream/StreamContender.js';

/** can-ndjson-stream: a stream of the parsed lines. */
export const read: ReadStream = async ({ stream }, sink) => {
  const { body } = await fetch(stream);
  const reader = ndjsonStream(body!).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    sink.takeLine(value);
  }
};
