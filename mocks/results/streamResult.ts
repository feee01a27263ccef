import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { BodyPieces } from '../http/streamBody.js';
import type { ChunkStore } from '../ports.js';
import { ChunkMissingError, readRows, ResultDamagedError } from './resultChunks.js';
import { type ResultMeta, totalRows } from './resultMeta.js';

const line = (message: object) => `${JSON.stringify(message)}\n`;

async function* domainLines(
  store: ChunkStore,
  jobId: string,
  domain: string,
  meta: ResultMeta['domains'][string],
): BodyPieces {
  yield line({ type: 'domain_start', domain, total: meta.total });
  let batch = 0;
  let count = 0;
  for await (const slice of readRows(store, jobId, domain, meta)) {
    const name = JSON.stringify(domain);
    yield `{"type":"records","domain":${name},"batch":${batch},"count":${slice.rowCount},"data":[`;
    yield slice.rows;
    yield ']}\n';
    batch++;
    count += slice.rowCount;
  }
  yield line({ type: 'domain_end', domain, count });
}

async function* resultLines(store: ChunkStore, jobId: string, meta: ResultMeta): BodyPieces {
  const { profile, domains, failed_domains: failed } = meta;
  const names = Object.keys(domains);
  yield line({ type: 'meta', job_id: jobId, profile, domains: names });
  for (const domain of names) yield* domainLines(store, jobId, domain, domains[domain]!);
  const aggregation = await store.get(jobId, 'result:aggregation');
  if (aggregation) {
    yield '{"type":"aggregation","data":';
    yield aggregation;
    yield '}\n';
  }
  if (failed.length > 0) {
    yield line({
      type: 'warning',
      code: SERVER_ERROR_CODES.eventsPartialFailure,
      failed_domains: failed,
    });
  }
  yield line({ type: 'complete', total_records: totalRows(meta) });
}

/**
 * A stored result as the lines of the stream, chunk by chunk, the rows as they are stored. What
 * goes wrong on the way ends the stream with an `error` line.
 */
export async function* streamResult(
  store: ChunkStore,
  jobId: string,
  meta: ResultMeta,
  onError: (error: unknown) => void,
): BodyPieces {
  try {
    yield* resultLines(store, jobId, meta);
  } catch (error) {
    onError(error);
    yield line({ type: 'error', ...errorOf(error) });
  }
}

function errorOf(error: unknown): { code: string; message: string; domain?: string } {
  if (error instanceof ChunkMissingError || error instanceof ResultDamagedError) {
    const { message, domain } = error;
    const missing = error instanceof ChunkMissingError;
    const code = missing ? SERVER_ERROR_CODES.chunkExpired : SERVER_ERROR_CODES.resultDamaged;
    return { code, message, domain };
  }
  const message = 'The server failed while it sent the result.';
  return { code: SERVER_ERROR_CODES.internalError, message };
}

/** A result stored under the legacy single key, as the one line of its stream. */
export async function* streamLegacyResult(result: Uint8Array): BodyPieces {
  yield '{"type":"full_result","data":';
  yield result;
  yield '}\n';
}
