import type { HttpErrorDetails } from './HttpError.js';
import { shortText } from './shortText.js';

/**
 * Reads the three shapes of an error answer: `{success: false, error: {code, message}, meta}`,
 * `{error: {code, message}, status}` and `{error: "text", code}`. What is not there stays undefined.
 */
export function readErrorAnswer(body: unknown): HttpErrorDetails {
  if (!isObject(body)) return {};
  const error = isObject(body.error) ? body.error : {};
  const meta = isObject(body.meta) ? body.meta : {};
  const seconds = meta.retry_after_seconds;
  return {
    serverCode: text(error.code) ?? text(body.code),
    serverMessage: text(error.message) ?? text(body.error) ?? text(body.message),
    jobStatus: text(meta.job_status) ?? text(body.status),
    retryAfterMs: typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined,
  };
}

/**
 * Milliseconds that a `Retry-After` header asks to wait: seconds or an HTTP date (RFC 9110,
 * 10.2.3); undefined where there is none or it cannot be read.
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? shortText(value) : undefined;
}
