import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { HeldPieces } from '../http/HeldBytes.js';
import type { ChunkReader } from './chunkReader.js';
import { readRows } from './resultChunks.js';
import { readEnd, type ReadResult } from './resultEnd.js';
import type { ResultMeta } from './resultMeta.js';

export interface PageRequest {
  /** Only this domain; all of them where it is absent. */
  domain?: string;
  /** First row, of each domain. */
  offset: number;
  /** Rows at most, of each domain; 0 for all. */
  limit: number;
}

/** The members that tell of failed domains, in an answer of the events stage. */
export function failureFields(failed: readonly string[]): Record<string, unknown> {
  if (failed.length === 0) return {};
  return {
    error: `These domains could not be fetched: ${failed.join(', ')}.`,
    code: SERVER_ERROR_CODES.eventsPartialFailure,
    failed_domains: failed,
  };
}

/** The members behind `results`, and the brace that closes the answer. */
export function* answerTail(
  aggregation: Uint8Array | null,
  failed: readonly string[],
): Generator<Uint8Array | string> {
  if (aggregation) {
    yield ',"aggregation":';
    yield aggregation;
  }
  const failure = JSON.stringify(failureFields(failed)).slice(1);
  yield failure === '}' ? failure : `,${failure}`;
}

async function* domainPage(
  chunks: ChunkReader,
  domain: string,
  meta: ResultMeta['domains'][string],
  { offset, limit }: PageRequest,
): HeldPieces {
  let count = 0;
  yield `${JSON.stringify(domain)}:{"data":[`;
  for await (const slice of readRows(chunks, domain, meta, offset, limit || Infinity)) {
    if (count > 0) yield ',';
    yield slice.rows;
    count += slice.rowCount;
  }
  yield `],"count":${count},"total":${meta.total}}`;
}

/** A result that is sent in pages. */
export interface PagedResult extends ReadResult {
  chunks: ChunkReader;
}

/**
 * A page of a stored result, in the shape of the synchronous answer. Chunks or figures that are gone,
 * or a job that is begun anew meanwhile, break the body off: half a page must not look like a whole one.
 */
export async function* resultPage(result: PagedResult, request: PageRequest): HeldPieces {
  const { chunks, meta } = result;
  const { domain: asked } = request;
  const names = Object.keys(meta.domains).filter((name) => asked === undefined || name === asked);
  yield '{"stage":"events","results":{';
  for (const [index, name] of names.entries()) {
    if (index > 0) yield ',';
    yield* domainPage(chunks, name, meta.domains[name]!, request);
  }
  yield '}';
  yield* answerTail(await readEnd(result), meta.failed_domains);
}
