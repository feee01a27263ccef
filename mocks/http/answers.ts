import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { StoreUnavailableError } from '../adapters/storeErrors.js';
import { ApiError } from './ApiError.js';
import type { HeldPieces } from './HeldBytes.js';
import { streamBody } from './streamBody.js';

const JSON_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
const WRAP_START = '{"success":true,"data":';
const wrapEnd = () => `,"meta":{"timestamp":${JSON.stringify(new Date().toISOString())}}}`;

export interface AnswerOptions {
  /** Sends `{success: true, data, meta}` in place of the bare answer. */
  wrap: boolean;
  status?: number;
}

/** A small JSON answer. */
export function jsonAnswer(data: unknown, { wrap, status = 200 }: AnswerOptions): Response {
  const text = JSON.stringify(data);
  const body = wrap ? WRAP_START + text + wrapEnd() : text;
  return new Response(body, { status, headers: JSON_HEADERS });
}

export interface StreamedAnswerOptions {
  wrap: boolean;
  /** Told what broke the answer off, on whose way the client sees no more than that. */
  onError: (error: unknown) => void;
  /** Told once the body has ended, however it did. */
  onEnd?: () => void;
}

/** A JSON answer of any size, made piece by piece. */
export function streamedJsonAnswer(
  make: (signal: AbortSignal) => HeldPieces,
  { wrap, onError, onEnd }: StreamedAnswerOptions,
): Response {
  async function* wrapped(signal: AbortSignal): HeldPieces {
    if (wrap) yield WRAP_START;
    yield* make(signal);
    if (wrap) yield wrapEnd();
  }
  return new Response(streamBody(wrapped, { onError, onEnd }), { headers: JSON_HEADERS });
}

/** Seconds after which a store that is out of reach may be asked again. */
const STORE_RETRY_SECONDS = 5;

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreUnavailableError) {
    return new ApiError(
      503,
      SERVER_ERROR_CODES.serviceUnavailable,
      `The store of results cannot be reached now; try again in ${STORE_RETRY_SECONDS} s.`,
      { retry_after_seconds: STORE_RETRY_SECONDS },
    );
  }
  return new ApiError(
    500,
    SERVER_ERROR_CODES.internalError,
    'The server failed on this request; its log has the reason.',
  );
}

/** The answer to an error; what nobody foresaw is told as INTERNAL_ERROR without its details. */
export function errorAnswer(error: unknown): Response {
  const told = toApiError(error);
  const headers: Record<string, string> = { ...JSON_HEADERS };
  const { retry_after_seconds: retryAfter, job_status: jobStatus } = told.meta;
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  const body = {
    success: false,
    error: { code: told.code, message: told.message },
    ...(jobStatus !== undefined && { status: jobStatus }),
    meta: told.meta,
  };
  return new Response(JSON.stringify(body), { status: told.status, headers });
}
