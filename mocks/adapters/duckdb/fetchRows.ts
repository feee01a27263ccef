import type { TraceDomain } from '../../../src/protocol/index.js';
import type { RowBatch } from '../../ports.js';
import { batchFromJson } from '../../rowBatch.js';
import { type LotQueryName, JOBS_SQL, lotQuerySql } from './eventSql.js';
import { inOrder } from './inOrder.js';
import { RESOLVED_IDS, resolveLots } from './resolveLots.js';
import { joinRows, type RowChunk, rowsOf } from './rowChunk.js';
import { bindTexts } from './sql.js';
import type { Query, RunQuery } from './streamQuery.js';

export interface IdBatchOptions {
  run: RunQuery;
  /** Containers a query. */
  batchIds: number;
  /** Queries at once. */
  maxWorkers: number;
}

interface RowsOfIds {
  chunks: readonly RowChunk[];
  /** Where the first container of the query stands among all that are asked for. */
  firstId: number;
}

export interface FetchRowsOptions extends IdBatchOptions {
  /** Rows a batch. */
  batchSize: number;
  signal: AbortSignal;
  /** Values beside the containers. */
  values?: Query['values'];
}

/** The rows that a query has for the given containers, in their order; see `TraceSource`. */
export async function* fetchRows(
  containerIds: readonly string[],
  name: TraceDomain | LotQueryName,
  { batchSize, signal, values = {}, ...options }: FetchRowsOptions,
): AsyncGenerator<RowBatch, void, undefined> {
  const { run, batchIds, maxWorkers } = options;
  // who leaves early takes the queries with him that were begun for later rows
  const left = new AbortController();
  const stopped = AbortSignal.any([signal, left.signal]);
  const queries =
    name === 'jobs'
      ? jobQueries(containerIds)
      : lotQueries(containerIds, name, { run, batchIds, values, signal: stopped });
  try {
    yield* cutBatches(
      inOrder(startAll(queries, run, stopped), maxWorkers),
      batchSize,
      containerIds.length,
    );
  } finally {
    left.abort();
  }
}

/** Batches of `batchSize` rows, the last one of what is left. */
async function* cutBatches(
  items: AsyncIterable<RowsOfIds>,
  batchSize: number,
  containers: number,
): AsyncGenerator<RowBatch, void, undefined> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  for await (const { chunks, firstId } of items) {
    for (const chunk of chunks) {
      for (let row = 0; row < chunk.rowCount;) {
        // A full batch waits for the next row: only then is it known not to be the last.
        if (held === batchSize) {
          const containersDone = firstId + (chunk.ordinals[row] as number) - 1;
          yield batchFromJson(joinRows(pieces), held, containersDone);
          pieces = [];
          held = 0;
        }
        const end = Math.min(chunk.rowCount, row + batchSize - held);
        pieces.push(rowsOf(chunk, row, end));
        held += end - row;
        row = end;
      }
    }
  }
  if (held > 0) yield batchFromJson(joinRows(pieces), held, containers);
}

interface IdBatch extends Query {
  firstId: number;
}

/** One query for each `batchIds` containers that are in the database. */
async function* lotQueries(
  containerIds: readonly string[],
  name: LotQueryName,
  options: Pick<FetchRowsOptions, 'run' | 'batchIds' | 'values' | 'signal'>,
): AsyncGenerator<IdBatch, void, undefined> {
  const { run, batchIds, values, signal } = options;
  const sql = lotQuerySql(name);
  for (let start = 0; start < containerIds.length; start += RESOLVED_IDS) {
    const ids = containerIds.slice(start, start + RESOLVED_IDS);
    const lots = await resolveLots(ids, run, signal);
    for (let offset = 0; offset < lots.length; offset += batchIds) {
      const batch = lots.subarray(offset, offset + batchIds);
      const known = batch.filter((lot) => lot >= 0);
      if (known.length === 0) continue;
      const first = known.reduce((least, lot) => Math.min(least, lot));
      const last = known.reduce((most, lot) => Math.max(most, lot));
      const bound = { ...values, lots: JSON.stringify([...batch]), first, last };
      yield { sql, values: bound, firstId: start + offset };
    }
  }
}

/** Repairs are few, and their table is read whole for each query: as many containers as can be. */
async function* jobQueries(
  containerIds: readonly string[],
): AsyncGenerator<IdBatch, void, undefined> {
  for (let start = 0; start < containerIds.length; start += RESOLVED_IDS) {
    const ids = bindTexts(containerIds.slice(start, start + RESOLVED_IDS));
    yield { sql: JOBS_SQL, values: { ids }, firstId: start };
  }
}

async function* startAll(
  batches: AsyncGenerator<IdBatch, void, undefined>,
  run: RunQuery,
  signal: AbortSignal,
): AsyncGenerator<AsyncGenerator<RowsOfIds, void, undefined>, void, undefined> {
  for await (const batch of batches) yield readIdBatch(batch, run, signal);
}

async function* readIdBatch(
  { firstId, ...query }: IdBatch,
  run: RunQuery,
  signal: AbortSignal,
): AsyncGenerator<RowsOfIds, void, undefined> {
  for await (const chunks of run(query, signal)) yield { chunks, firstId };
}
