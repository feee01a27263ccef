import type { Context } from 'hono';
import { ApiError } from './ApiError.js';
import { type BodyPieces, streamBody } from './streamBody.js';

const JSON_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

export interface AnswerOptions {
  /** Sends `{success: true, data, meta}` in place of the bare answer. */
  wrap: boolean;
  status?: number;
}

const WRAP_START = '{"success":true,"data":';
const wrapEnd = () => `,"meta":{"timestamp":${JSON.stringify(new Date().toISOString())}}}`;

/** A small JSON answer. */
export function jsonAnswer(data: unknown, { wrap, status = 200 }: AnswerOptions): Response {
  const text = JSON.stringify(data);
  const body = wrap ? WRAP_START + text + wrapEnd() : text;
  return new Response(body, { status, headers: JSON_HEADERS });
}

/** A JSON answer of any size, made piece by piece. */
export function streamedJsonAnswer(
  make: (signal: AbortSignal) => BodyPieces,
  { wrap, status = 200 }: AnswerOptions,
): Response {
  async function* wrapped(signal: AbortSignal): BodyPieces {
    if (wrap) yield WRAP_START;
    yield* make(signal);
    if (wrap) yield wrapEnd();
  }
  return new Response(streamBody(wrapped), { status, headers: JSON_HEADERS });
}

/** The answer to an error; what is not an ApiError is told as INTERNAL_ERROR without its details. */
export function errorAnswer(error: unknown, status = 500): Response {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(
          status,
          'INTERNAL_ERROR',
          'The server failed on this request; its log has the reason.',
        );
  const headers: Record<string, string> = { ...JSON_HEADERS };
  const { retry_after_seconds: retryAfter, job_status: jobStatus } = known.meta;
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  const body = {
    success: false,
    error: { code: known.code, message: known.message },
    ...(jobStatus !== undefined && { status: jobStatus }),
    meta: known.meta,
  };
  return new Response(JSON.stringify(body), { status: known.status, headers });
}

/** Paths that nothing answers. */
export function notFoundAnswer(c: Context): Response {
  return errorAnswer(
    new ApiError(404, 'NOT_FOUND', `Nothing answers ${c.req.method} ${c.req.path}.`),
  );
}
