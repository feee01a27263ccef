import type { Context } from 'hono';
import { isJobFinished, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import { acceptsGzip, gzipPieces, plainPieces } from '../http/gzipBody.js';
import { withHeartbeat } from '../http/heartbeat.js';
import { streamBody, type StreamPieces } from '../http/streamBody.js';
import { checkName } from '../http/validate.js';
import { errorFields } from '../log.js';
import { meterStream } from '../metrics.js';
import type { JobFields } from '../ports.js';
import { createChunkReader } from '../results/chunkReader.js';
import { followResult } from '../results/followResult.js';
import { CursorMismatchError, StreamPosition } from '../results/StreamPosition.js';
import { endedHonestly, streamLegacyResult, streamResult } from '../results/streamResult.js';
import { queuePlace } from './queuePlace.js';
import { readFields, readResult } from './readResult.js';
import type { TraceAppContext } from './TraceAppContext.js';

/** A cursor of another result, or of none. */
function cursorMismatch(message: string): ApiError {
  return new ApiError(412, SERVER_ERROR_CODES.cursorMismatch, message);
}

/** Where the asked stream begins: behind the cursor, or at the start. */
function positionOf(
  cursor: string | undefined,
  jobId: string,
  { attempt = '' }: Partial<JobFields>,
  domains: readonly string[],
): StreamPosition {
  if (cursor === undefined) return new StreamPosition(jobId, attempt);
  try {
    return StreamPosition.at(cursor, jobId, attempt, domains);
  } catch (error) {
    if (error instanceof CursorMismatchError) throw cursorMismatch(error.message);
    throw error;
  }
}

/** A stream that can be sent: how far it has come, and what makes its lines until it is to end. */
interface AskedStream {
  position: StreamPosition;
  make: (end: AbortSignal) => StreamPieces;
}

/** The stream that is asked for; nothing is sent before all of that is known. */
async function findStream(
  c: Context,
  context: TraceAppContext,
  jobId: string,
): Promise<AskedStream> {
  const { store, compression, sleep } = context;
  const cursor = c.req.query('cursor') || undefined;
  const fields = await readFields(context, c.req.raw, jobId);
  const chunks = createChunkReader(store, jobId, compression);
  const from = (domains: readonly string[]) => positionOf(cursor, jobId, fields, domains);
  if (c.req.query('follow') === '1' && !isJobFinished(fields.status ?? 'queued')) {
    const position = from((fields.domains ?? '').split(','));
    const placeOf = () => queuePlace(context, jobId);
    const followed = { store, chunks, jobId, position, fields, sleep, placeOf };
    return { position, make: (end) => followResult({ ...followed, end }) };
  }
  const result = await readResult(context, jobId, fields);
  if ('meta' in result) {
    const { meta } = result;
    const position = from([...Object.keys(meta.domains), ...meta.failed_domains]);
    const stored = { store, chunks, jobId, position };
    return { position, make: (end) => streamResult(meta, { ...stored, end }) };
  }
  if (cursor !== undefined) throw cursorMismatch('A result stored as a whole has no cursors.');
  return { position: from([]), make: () => streamLegacyResult(result.legacy) };
}

/** `GET …/stream`: the result line by line, of a finished job or, with `follow=1`, of one at work. */
export async function answerStream(
  c: Context,
  context: TraceAppContext,
  onEnd: () => void,
): Promise<Response> {
  const { compression, settings, log, sleep, metrics, stopping } = context;
  const jobId = checkName(c.req.param('id')!, 'job_id');
  const { make: makeLines, position } = await findStream(c, context, jobId);
  const onError = (error: unknown) =>
    log('error', 'A stream ended early.', { jobId, ...errorFields(error) });
  const gzip =
    settings.chunkEncoding === 'deflate' && acceptsGzip(c.req.header('Accept-Encoding'))
      ? compression
      : undefined;
  const make = (left: AbortSignal) => {
    const lines = withHeartbeat(endedHonestly(makeLines, { left, stopping, onError }), sleep);
    const pieces = gzip ? gzipPieces(lines, gzip) : plainPieces(lines);
    return metrics ? meterStream(pieces, metrics, position) : pieces;
  };
  const body = streamBody(make, { onError, onEnd });
  return new Response(body, {
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Cache-Control': 'no-cache',
      'X-Accel-Buffering': 'no',
      Vary: 'Accept-Encoding',
      ...(gzip && { 'Content-Encoding': 'gzip' }),
    },
  });
}
