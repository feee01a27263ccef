import { type BodyPieces, streamBody } from '../http/streamBody.js';
import { answerInPlace, shortPage } from './answerFaults.js';
import { type BodyReader, type ByteChunks, chunksOf, disturbBytes } from './byteFaults.js';
import type { Fault } from './Fault.js';
import type { FaultScript, SeenRequest } from './FaultScript.js';
import { disturbLines } from './lineFaults.js';

/** What answers requests: a `TraceApp`, or anything that has a `fetch`. */
export interface RequestApp {
  fetch(request: Request): Response | Promise<Response>;
}

/** Faults that are made in the text of an answer, which must come uncompressed then. */
function needsText(fault: Fault): boolean {
  if (fault.kind === 'cut') return fault.end === 'half-character';
  return !['cut-wire', 'stall', 'trickle', 'expire', 'status', 'html'].includes(fault.kind);
}

function uncompressed(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set('Accept-Encoding', 'identity');
  return new Request(request, { headers });
}

/** The answer with another body; what told of the old one's length goes. */
function withBody(
  { status, statusText, body, headers: told }: Response,
  make: (chunks: ByteChunks, left: AbortSignal) => BodyPieces,
): Response {
  const headers = new Headers(told);
  headers.delete('Content-Length');
  // what breaks a body off is told to whoever reads it
  const onError = () => undefined;
  const pieces = streamBody((left) => make(chunksOf(body, left), left), { onError });
  return new Response(pieces, { status, statusText, headers });
}

function disturb(
  response: Response,
  fault: Fault,
  onStall: BodyReader['onStall'],
): Response | Promise<Response> {
  switch (fault.kind) {
    case 'status':
    case 'html':
    case 'cut-wire':
      return response;
    case 'short-page':
      return shortPage(response, fault.rows);
    case 'expire':
    case 'cut':
    case 'stall':
    case 'trickle': {
      const { afterBytes = 0 } = fault;
      const bytes =
        fault.kind === 'expire' ? ({ kind: 'cut', afterBytes, end: 'close' } as const) : fault;
      return withBody(response, (chunks, left) => disturbBytes(chunks, bytes, { left, onStall }));
    }
    default:
      return withBody(response, (chunks) => disturbLines(chunks, fault));
  }
}

export interface FaultOptions {
  /**
   * Told when an answer has come to its `stall`: a test's clock may go on, until the signal says that
   * the reader has left.
   */
  onStall?: (request: SeenRequest, left: AbortSignal) => void;
}

/** Answers a request by the app, or with the fault that the script has for it. */
export async function answerFaulted(
  app: RequestApp,
  script: FaultScript,
  request: Request,
  { onStall }: FaultOptions,
): Promise<{ answer: Response; fault: Fault | null }> {
  const seen = script.meet(request);
  if (!seen?.fault) return { answer: await app.fetch(request), fault: null };
  const { fault, jobId } = seen;
  const answer =
    answerInPlace(fault) ?? (await app.fetch(needsText(fault) ? uncompressed(request) : request));
  if (fault.kind === 'expire') script.expire(jobId);
  return {
    answer: answer.ok ? await disturb(answer, fault, (left) => onStall?.(seen, left)) : answer,
    fault,
  };
}
