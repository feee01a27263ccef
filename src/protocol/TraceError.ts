import type { TraceErrorCode } from './errorCodes.js';

/** What is known of the place where a trace failed; every field is optional. */
export interface TraceErrorContext {
  /** The error or exception that caused this one. */
  cause?: unknown;
  /** The address that was asked. */
  url?: string;
  jobId?: string;
  /** HTTP status of the answer. */
  status?: number;
  /** The server's own error code, as it stood in the answer. */
  serverCode?: string;
  domain?: string;
  /** Line of the stream, from 1. */
  line?: number;
  /** Bytes of the body before the place, after decompression, from 0. */
  byteOffset?: number;
  /** Milliseconds the server asked to wait before another try. */
  retryAfterMs?: number;
}

/**
 * The base of every error that this library throws: the message says what failed, where, and what
 * to do; `code` never changes and has a heading in docs/errors.md.
 */
export class TraceError extends Error {
  override readonly name: string = 'TraceError';
  readonly code: TraceErrorCode;
  readonly url?: string;
  readonly jobId?: string;
  readonly status?: number;
  readonly serverCode?: string;
  readonly domain?: string;
  readonly line?: number;
  readonly byteOffset?: number;
  readonly retryAfterMs?: number;

  constructor(code: TraceErrorCode, message: string, context: TraceErrorContext = {}) {
    const { cause, ...where } = context;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, where);
  }
}
