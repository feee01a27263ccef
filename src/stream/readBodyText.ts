import { bodyChunks, type BodyChunksOptions } from './bodyChunks.js';

export interface ReadBodyTextOptions extends BodyChunksOptions {
  /** What lies behind is cut off and never received, bytes. @default no limit */
  maxBytes?: number;
}

/** The text of a body as UTF-8, without a BOM. */
export async function readBodyText(
  response: Response,
  { maxBytes = Infinity, ...options }: ReadBodyTextOptions,
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
