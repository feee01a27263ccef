import { HttpError } from '../protocol/HttpError.js';
import { readErrorAnswer } from '../protocol/errorAnswer.js';
import { NetworkError } from '../stream/errors/NetworkError.js';
import { FIXED_LIMITS } from '../protocol/TraceLimits.js';
import { LimitExceededError } from '../stream/errors/LimitExceededError.js';
import { abortable } from '../stream/abortable.js';
import { bodyChunks } from '../stream/bodyChunks.js';
import { firstContentByte } from '../stream/openNdjson.js';
import { JsonSyntaxError } from '../stream/JsonSyntaxError.js';
import { joinChunks } from '../stream/joinChunks.js';
import { parseJsonText, type ParsedJson } from '../stream/parseLine.js';
import { sendRequest, type SendOptions } from '../stream/sendRequest.js';
import { toHttpError } from '../stream/toHttpError.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { withTimeout } from './withTimeout.js';

/** What a body was read to. */
export interface ReadBody extends ParsedJson {
  /** Rows by domain, where the reader took them out of the value. */
  rowCounts?: ReadonlyMap<string, number>;
}

/** Makes a value of the bytes of a body; rejects with a SyntaxError where they are no JSON. */
export type BodyReader = (chunks: AsyncIterable<Uint8Array>) => Promise<ReadBody>;

/** The given client allows a stage as long. */
const DEFAULT_TIMEOUT_MS = 360_000;
const LONG_TEXT = 65_536;
/** With which a page of HTML begins, and no JSON. */
const LESS_THAN = 60;

export interface RequestJsonOptions extends SendOptions {
  /** @default 'GET', with a `body` 'POST' */
  method?: string;
  /** Sent as JSON; a Blob is JSON already. */
  body?: unknown;
  /** Makes a value of the answer. @default JSON.parse, and bare NaN as null */
  read?: BodyReader;
  /** Time for the whole answer, ms; Infinity for none. @default 360000 (6 min) */
  timeoutMs?: number;
  /** Most bytes of the answer, after decompression. @default 536870912 (512 MiB) */
  maxBytes?: number;
  /** Told as the answer arrives how many bytes of it came, after decompression. */
  onBytes?: (bytes: number) => void;
}

export interface JsonAnswer {
  status: number;
  headers: Headers;
  /** The JSON object, without the wrapping of `{success: true, data}`. */
  body: Record<string, unknown>;
  /** Bare NaN, Infinity and -Infinity, which were taken as null. */
  nonFiniteNumbers: number;
  rowCounts?: ReadonlyMap<string, number>;
}

/**
 * One HTTP call whose answer is a JSON object, bare or wrapped. Rejects with `HttpError` for all
 * shapes of refusal, `InvalidAnswerError` (such as a login page), `LimitExceededError`, `NetworkError`,
 * `RequestTimeoutError`, or the signal's reason.
 */
export async function requestJson(
  url: string,
  {
    method,
    body,
    read = readJson,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    signal,
    maxBytes = FIXED_LIMITS.maxAnswerBytes,
    onBytes,
    ...options
  }: RequestJsonOptions = {},
): Promise<JsonAnswer> {
  const init: RequestInit = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      Accept: 'application/json',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: toBody(body) }),
  };
  return withTimeout({ url, timeoutMs, signal }, async (limited) => {
    const response = await sendRequest(url, init, { ...options, signal: limited });
    if (!response.ok) throw await toHttpError(response, url, limited);
    const body = new AnswerBody(url, response, limited, maxBytes, onBytes);
    return toAnswer(url, response, await body.read(read));
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

async function readJson(chunks: AsyncIterable<Uint8Array>): Promise<ReadBody> {
  const bytes = await joinChunks(chunks);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new JsonSyntaxError(0, 'text that is no UTF-8');
  }
  return parseJsonText(text);
}

/** The body of an answer, as it comes. */
class AnswerBody {
  #bytes = 0;
  #first: number | undefined;

  constructor(
    readonly url: string,
    readonly response: Response,
    readonly signal: AbortSignal,
    readonly maxBytes: number,
    readonly onBytes?: (bytes: number) => void,
  ) {}

  async read(read: BodyReader): Promise<ReadBody> {
    try {
      return await abortable(read(this.#chunks()), this.signal);
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      const { url, response } = this;
      const reason = this.#notJson(cause);
      throw new InvalidAnswerError({ url, status: response.status, reason, cause });
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const { url, response, signal } = this;
    if (response.body === null) return;
    const onFailure = (cause: unknown) => new NetworkError(url, cause);
    for await (const chunk of bodyChunks(response.body, { signal, onFailure })) {
      this.#first ??= firstContentByte(chunk);
      this.#bytes += chunk.byteLength;
      if (this.#bytes > this.maxBytes) {
        const { status } = response;
        throw new LimitExceededError('maxAnswerBytes', this.maxBytes, { url, status });
      }
      this.onBytes?.(this.#bytes);
      yield chunk;
    }
  }

  #notJson({ message }: SyntaxError): string {
    const { status, headers } = this.response;
    const type = headers.get('Content-Type') ?? 'no content type';
    if (!/html/i.test(type) && this.#first !== LESS_THAN) {
      return `answered ${status} with ${type} that is not JSON (${message})`;
    }
    return `answered ${status} with a web page (${type}), perhaps a login page: sign in again`;
  }
}

function toAnswer(url: string, { status, headers }: Response, read: ReadBody): JsonAnswer {
  const { value, ...counts } = read;
  if (!isObject(value)) {
    throw new InvalidAnswerError({ url, status, reason: 'answered JSON that is not an object' });
  }
  if (value.success === false) throw new HttpError(url, status, readErrorAnswer(value));
  if (value.success !== true || !('data' in value)) {
    return { status, headers, body: value, ...counts };
  }
  if (!isObject(value.data)) {
    throw new InvalidAnswerError({ url, status, reason: 'answered data that is not an object' });
  }
  return { status, headers, body: value.data, ...counts };
}

/** A long text is handed to the network by the page, a Blob is fetched from where it lies. */
function toBody(body: unknown): BodyInit {
  if (body instanceof Blob) return body;
  const text = JSON.stringify(body);
  return text.length > LONG_TEXT ? new Blob([text]) : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
