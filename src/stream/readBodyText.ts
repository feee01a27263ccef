import { bodyChunks, type BodyChunksOptions } from './bodyChunks.js';

export interface ReadBodyTextOptions extends BodyChunksOptions {
  /** What lies behind is cut off and never received, bytes. @default no limit */
  maxBytes?: number;
  /** Told after each chunk how many bytes came so far. */
  onBytes?: (bytes: number) => void;
}

/**
 * The text of a body as UTF-8, without a BOM. What is no UTF-8 rejects with the decoder's TypeError,
 * unless a cut by `maxBytes` may have made it so.
 */
export async function readBodyText(
  response: Response,
  { maxBytes = Infinity, onBytes, ...options }: ReadBodyTextOptions,
): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: maxBytes === Infinity });
  let bytes = 0;
  let text = '';
  for await (const chunk of bodyChunks(response.body, options)) {
    text += decoder.decode(chunk.subarray(0, maxBytes - bytes), { stream: true });
    bytes += chunk.byteLength;
    onBytes?.(bytes);
    if (bytes >= maxBytes) break;
  }
  return text + decoder.decode();
}
