import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { ChunkStore, JobFields } from '../ports.js';
import type { ResultMeta } from './resultMeta.js';
import { StreamEndError } from './streamLines.js';

/** A result that is being read. */
export interface ReadResult {
  store: Pick<ChunkStore, 'get' | 'readJob'>;
  jobId: string;
  meta: ResultMeta;
  /** The attempt whose result it is; empty where none is known. */
  attempt: string;
}

/** @throws StreamEndError where the job is in the hands of another attempt than the one that is read */
export function checkAttempt({ attempt = '' }: Partial<JobFields>, read: string): void {
  if (read === '' || attempt === read) return;
  const message = 'Another worker has begun the job anew; read the stream from its start.';
  throw new StreamEndError(SERVER_ERROR_CODES.resultRestarted, message);
}

/**
 * The figures of a result, read behind all of its rows; null where it has none.
 * @throws StreamEndError where the rows may be of two attempts, or the figures are gone
 */
export async function readEnd(result: ReadResult): Promise<Uint8Array | null> {
  const { store, jobId, meta, attempt } = result;
  const figures = await store.get(jobId, 'result:aggregation');
  // chunks of two attempts may have the same counts
  const fields = await store.readJob(jobId);
  if (fields) checkAttempt(fields, attempt);
  if (!figures && meta.has_aggregation) {
    const message = 'The figures of this result are no longer stored; run the trace again.';
    throw new StreamEndError(SERVER_ERROR_CODES.chunkExpired, message);
  }
  return figures;
}
