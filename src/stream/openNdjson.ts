import { cancelBody } from './bodyChunks.js';
import { NotNdjsonError } from './errors/NotNdjsonError.js';
import { sendRequest, type SendOptions } from './sendRequest.js';
import { toHttpError } from './toHttpError.js';

/**
 * The given server sends the first. Static files come as one of the last two; nothing that a
 * login page or a plain JSON answer is sent as may stand here.
 */
const NDJSON_TYPES = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
  'application/octet-stream',
  'text/plain',
]);

/** Asks for a stream and makes sure, as far as the headers tell, that one was answered. */
export async function openNdjson(url: string | URL, options: SendOptions): Promise<Response> {
  const headers = { Accept: 'application/x-ndjson' };
  const response = await sendRequest(url, { headers }, options);
  if (!response.ok) throw await toHttpError(response, url, options.signal);
  const type = response.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== '' && !NDJSON_TYPES.has(type)) {
    cancelBody(response.body);
    throw notNdjson(url, response, /html|xml/.test(type));
  }
  return response;
}

/** The error of an answer that turned out to be no NDJSON. */
export function notNdjson(url: string | URL, response: Response, markup: boolean): NotNdjsonError {
  return new NotNdjsonError({
    url: String(url),
    status: response.status,
    contentType: response.headers.get('Content-Type'),
    redirectedTo: response.redirected ? response.url : undefined,
    markup,
  });
}

/**
 * The first byte of a chunk that is neither white space nor part of a BOM; `<` (60) cannot begin
 * NDJSON, but every page of HTML. Undefined where the chunk has none.
 */
export function firstContentByte(chunk: Uint8Array): number | undefined {
  return chunk.find((byte) => byte > 32 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}
