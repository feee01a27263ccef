import { HttpError } from '../protocol/HttpError.js';
import { readErrorAnswer } from '../protocol/errorAnswer.js';
import { NetworkError } from '../stream/errors/NetworkError.js';
import { parseJsonText } from '../stream/parseLine.js';
import { readBodyText, type ReadBodyTextOptions } from '../stream/readBodyText.js';
import { sendRequest, type SendOptions } from '../stream/sendRequest.js';
import { toHttpError } from '../stream/toHttpError.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';
import { withTimeout } from './withTimeout.js';

/** The given client allows a stage as long. */
const DEFAULT_TIMEOUT_MS = 360_000;

export interface RequestJsonOptions extends SendOptions {
  /** @default 'GET', with a `body` 'POST' */
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Time for the whole answer, ms; Infinity for none. @default 360000 (6 min) */
  timeoutMs?: number;
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
}

/**
 * One HTTP call whose answer is a JSON object, bare or wrapped. Rejects with `HttpError` for all
 * shapes of refusal, `InvalidAnswerError` (such as a login page), `NetworkError`,
 * `RequestTimeoutError`, or the signal's reason.
 */
export async function requestJson(
  url: string,
  {
    method,
    body,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    signal,
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
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  return withTimeout({ url, timeoutMs, signal }, async (limited) => {
    const response = await sendRequest(url, init, { ...options, signal: limited });
    if (!response.ok) throw await toHttpError(response, url, limited);
    const onFailure = (cause: unknown) => new NetworkError(url, cause);
    const text = await readUtf8(url, response, { signal: limited, onFailure, onBytes });
    return readAnswer(url, response, text);
  });
}

function readAnswer(url: string, response: Response, text: string): JsonAnswer {
  const { status, headers } = response;
  const parsed = parseAnswer(url, response, text);
  const { value, nonFiniteNumbers } = parsed;
  if (!isObject(value)) {
    throw new InvalidAnswerError({ url, status, reason: 'answered JSON that is not an object' });
  }
  if (value.success === false) throw new HttpError(url, status, readErrorAnswer(value));
  if (value.success !== true || !('data' in value)) {
    return { status, headers, body: value, nonFiniteNumbers };
  }
  if (!isObject(value.data)) {
    throw new InvalidAnswerError({ url, status, reason: 'answered data that is not an object' });
  }
  return { status, headers, body: value.data, nonFiniteNumbers };
}

async function readUtf8(url: string, response: Response, options: ReadBodyTextOptions) {
  try {
    return await readBodyText(response, options);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const reason = 'answered text that is not UTF-8';
    throw new InvalidAnswerError({ url, status: response.status, reason, cause });
  }
}

function parseAnswer(url: string, response: Response, text: string) {
  try {
    return parseJsonText(text);
  } catch (cause) {
    const type = response.headers.get('Content-Type') ?? 'no content type';
    const page = /html/i.test(type) || /^\s*</.test(text);
    const reason = page
      ? `answered ${response.status} with a web page (${type}), perhaps a login page: sign in again`
      : `answered ${response.status} with ${type} that is not JSON`;
    throw new InvalidAnswerError({ url, status: response.status, reason, cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
