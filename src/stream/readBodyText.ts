import { bodyChunks, type BodyChunksOptions } from './bodyChunks.js';

export interface ReadBodyTextOptions extends BodyChunksOptions {
  /** What lies behind is cut off and never received, bytes. */
  maxBytes: number;
}

/** The beginning of a body as text, without a BOM; what is no UTF-8 is replaced. */
export async function readBodyText(
  response: Response,
  { maxBytes, ...options }: ReadBodyTextOptions,
): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of bodyChunks(response.body, options)) {
    text += decoder.decode(chunk.subarray(0, maxBytes - bytes), { stream: true });
    bytes += chunk.byteLength;
    if (bytes >= maxBytes) break;
  }
  return text + decoder.decode();
}
