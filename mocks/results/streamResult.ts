import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { StreamPieces } from '../http/streamBody.js';
import type { ChunkStore } from '../ports.js';
import { ChunkMissingError, type ChunkReader, ResultDamagedError } from './chunkReader.js';
import { readAhead } from './readAhead.js';
import { type DomainMeta, knownRowCount } from './resultChunks.js';
import { type ResultMeta, totalRows } from './resultMeta.js';
import { errorLine, line, recordsLine } from './streamLines.js';
import type { StreamPosition } from './StreamPosition.js';

/** A result that is being streamed, and how far that has come. */
export interface ResultStream {
  store: Pick<ChunkStore, 'get'>;
  chunks: ChunkReader;
  jobId: string;
  position: StreamPosition;
}

async function* domainLines(domain: string, meta: DomainMeta, stream: ResultStream): StreamPieces {
  const { chunks, position } = stream;
  const at = position.of(domain);
  if (at.ended) return;
  if (!at.begun) yield line({ type: 'domain_start', domain, total: meta.total });
  at.begun = true;
  const read = (index: number) => chunks.read(domain, index, knownRowCount(meta, index));
  for await (const chunk of readAhead(at.batches, meta.chunks, read)) {
    if (!chunk) throw new ChunkMissingError(domain, at.batches);
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
  const aggregation = await stream.store.get(stream.jobId, 'result:aggregation');
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

/** Ends lines that fail on the way with an `error` line; a reader that left is no failure. */
export async function* endedHonestly(
  lines: StreamPieces,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): StreamPieces {
  try {
    yield* lines;
  } catch (error) {
    signal.throwIfAborted();
    onError(error);
    yield errorLine(error);
  }
}

/** A result stored under the legacy single key, as the one line of its stream. */
export async function* streamLegacyResult(result: Uint8Array): StreamPieces {
  yield '{"type":"full_result","data":';
  yield result;
  yield '}\n';
}
