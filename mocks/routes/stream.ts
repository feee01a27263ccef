import type { Context } from 'hono';
import { isJobFinished, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import { acceptsGzip, gzipPieces, plainPieces } from '../http/gzipBody.js';
import { withHeartbeat } from '../http/heartbeat.js';
import { streamBody, type StreamPieces } from '../http/streamBody.js';
import { checkName } from '../http/validate.js';
import { errorFields } from '../log.js';
import type { TraceMetrics } from '../metrics.js';
import type { JobFields } from '../ports.js';
import { createChunkReader } from '../results/chunkReader.js';
import { followResult } from '../results/followResult.js';
import { CursorMismatchError, StreamPosition } from '../results/StreamPosition.js';
import {
  endedHonestly,
  type ResultStream,
  streamLegacyResult,
  streamResult,
} from '../results/streamResult.js';
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

/** The same lines; how many rows they had is counted when they end, however they end. */
async function* countRows(
  lines: StreamPieces,
  { position }: ResultStream,
  metrics: TraceMetrics | undefined,
): StreamPieces {
  const before = position.rows;
  try {
    yield* lines;
  } finally {
    metrics?.rowsSent(position.rows - before);
  }
}

/** Makes the lines of the stream that is asked for; nothing is sent before all of that is known. */
async function linesOf(
  c: Context,
  context: TraceAppContext,
  jobId: string,
): Promise<(signal: AbortSignal) => StreamPieces> {
  const { store, compression, sleep, metrics } = context;
  const cursor = c.req.query('cursor') || undefined;
  const fields = await readFields(context, jobId);
  const stream = (domains: readonly string[]): ResultStream => ({
    store,
    chunks: createChunkReader(store, jobId, compression),
    jobId,
    position: positionOf(cursor, jobId, fields, domains),
  });
  if (c.req.query('follow') === '1' && !isJobFinished(fields.status ?? 'queued')) {
    const placeOf = () => queuePlace(context, jobId);
    const followed = { ...stream((fields.domains ?? '').split(',')), placeOf };
    return (signal) =>
      countRows(followResult({ ...followed, store, fields, sleep, signal }), followed, metrics);
  }
  const result = await readResult(context, jobId, fields);
  if ('meta' in result) {
    const { meta } = result;
    const from = stream([...Object.keys(meta.domains), ...meta.failed_domains]);
    return () => countRows(streamResult(meta, from), from, metrics);
  }
  if (cursor !== undefined) throw cursorMismatch('A result stored as a whole has no cursors.');
  return () => streamLegacyResult(result.legacy);
}

/** `GET …/stream`: the result line by line, of a finished job or, with `follow=1`, of one at work. */
export async function answerStream(c: Context, context: TraceAppContext): Promise<Response> {
  const { compression, settings, log, sleep } = context;
  const jobId = checkName(c.req.param('id')!, 'job_id');
  const lines = await linesOf(c, context, jobId);
  const onError = (error: unknown) =>
    log('error', 'A stream ended early.', { jobId, ...errorFields(error) });
  const gzip =
    settings.chunkEncoding === 'deflate' && acceptsGzip(c.req.header('Accept-Encoding'))
      ? compression
      : undefined;
  const body = streamBody((signal) => {
    const pieces = withHeartbeat(endedHonestly(lines(signal), signal, onError), sleep);
    return gzip ? gzipPieces(pieces, gzip) : plainPieces(pieces);
  }, onError);
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
