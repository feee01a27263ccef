import jsonlParser from 'stream-json/web/jsonl/parser.js';
import type { ReadStream } from '../../pages/stream/StreamContender.js';

/** stream-json: its JSONL parser for web streams. */
export const read: ReadStream = async ({ stream }, sink) => {
  const { body } = await fetch(stream);
  const reader = body!.pipeThrough(jsonlParser.asWebStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    sink.takeLine((value as { value: unknown }).value);
  }
};
