import type { ReadStream } from '../StreamContender.js';

/** Decodes, splits and parses in the page, as a dashboard would write it. */
export const read: ReadStream = async ({ stream }, sink) => {
  const { body } = await fetch(stream);
  const reader = body!.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    buffer += decoder.decode(value, { stream: true });
    const lines = buffer.split('\n');
    buffer = lines.pop()!;
    for (const line of lines) if (line.trim()) sink.takeLine(JSON.parse(line));
  }
  if (buffer.trim()) sink.takeLine(JSON.parse(buffer));
};
