import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { StreamPieces } from '../http/streamBody.js';
import type { ChunkStore } from '../ports.js';
import {
  ChunkMissingError,
  type ChunkReader,
  readChunks,
  ResultDamagedError,
} from './chunkReader.js';
import { type DomainMeta, knownRowCount } from './resultChunks.js';
import { readEnd } from './resultEnd.js';
import { type ResultMeta, totalRows } from './resultMeta.js';
import { errorLine, line, recordsLine, StreamEndError } from './streamLines.js';
import type { StreamPosition } from './StreamPosition.js';

/** A result that is being streamed, and how far that has come. */
export interface ResultStream {
  store: Pick<ChunkStore, 'get' | 'readJob'>;
  chunks: ChunkReader;
  jobId: string;
  position: StreamPosition;
  /** Aborted when no further line is wanted; its reason ends the stream. */
  end: AbortSignal;
}

async function* domainLines(domain: string, meta: DomainMeta, stream: ResultStream): StreamPieces {
  const { chunks, position, end } = stream;
  const at = position.of(domain);
  if (at.ended) return;
  if (!at.begun) yield line({ type: 'domain_start', domain, total: meta.total });
  at.begun = true;
  const read = (index: number) => chunks.read(domain, index, knownRowCount(meta, index));
  for await (const chunk of readChunks(at.batches, meta.chunks, read)) {
    if (!chunk) throw new ChunkMissingError(domain, at.batches);
    end.throwIfAborted();
    yield* recordsLine(domain, chunk, position);
  }
  if (at.rows !== meta.total) throw ResultDamagedError.ofRows(domain, at.rows, meta.total);
  yield line({ type: 'domain_end', domain, count: at.rows });
  at.ended = true;
}

/** The lines of a finished result behind `meta`, from its position on. */
export async function* restOfResult(meta: ResultMeta, stream: ResultStream): StreamPieces {
  const { domains, failed_domains: failed } = meta;
  for (const [domain, domainMeta] of Object.entries(domains)) {
    yield* domainLines(domain, domainMeta, stream);
  }
  const { store, jobId, position } = stream;
  const aggregation = await readEnd({ store, jobId, meta, attempt: position.attempt });
  if (aggregation) {
    yield '{"type":"aggregation","data":';
    yield aggregation;
    yield '}\n';
  }
  if (failed.length > 0) {
    const code = SERVER_ERROR_CODES.eventsPartialFailure;
    yield line({ type: 'warning', code, failed_domains: failed });
  }
  yield line({ type: 'complete', total_records: totalRows(meta) });
}

/** A stored result as the lines of the stream, from its position on, the rows as they are stored. */
export async function* streamResult(meta: ResultMeta, stream: ResultStream): StreamPieces {
  const { profile, domains } = meta;
  yield line({ type: 'meta', job_id: stream.jobId, profile, domains: Object.keys(domains) });
  yield* restOfResult(meta, stream);
}

export interface StreamEnds {
  /** Aborted when the reader leaves, which is no failure. */
  left: AbortSignal;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  /** Told what broke the stream off. */
  onError: (error: unknown) => void;
}

/**
 * Ends lines that fail on the way, or are under way while the server stops, with an `error` line.
 * `make` is given the signal after which it is to make no further line.
 */
export async function* endedHonestly(
  make: (end: AbortSignal) => StreamPieces,
  { left, stopping, onError }: StreamEnds,
): StreamPieces {
  const end = new AbortController();
  const onLeft = () => end.abort(left.reason);
  const onStop = () => end.abort(serverStops());
  left.addEventListener('abort', onLeft);
  stopping.addEventListener('abort', onStop);
  if (stopping.aborted) onStop();
  try {
    yield* make(end.signal);
  } catch (error) {
    left.throwIfAborted();
    if (error !== end.signal.reason) onError(error);
    yield errorLine(error);
  } finally {
    // the server's signal outlives the stream
    stopping.removeEventListener('abort', onStop);
    left.removeEventListener('abort', onLeft);
  }
}

function serverStops(): StreamEndError {
  const message =
    'The server is being stopped. Go on behind the last cursor, at another server or in a moment.';
  return new StreamEndError(SERVER_ERROR_CODES.serverStopping, message);
}

/** A result stored under the legacy single key, as the one line of its stream. */
export async function* streamLegacyResult(result: Uint8Array): StreamPieces {
  yield '{"type":"full_result","data":';
  yield result;
  yield '}\n';
}
