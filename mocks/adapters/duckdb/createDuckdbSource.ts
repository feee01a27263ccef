import type { DetectionRow, TraceSource } from '../../ports.js';
import { fetchLineage } from './fetchLineage.js';
import { fetchRows } from './fetchRows.js';
import { createRunner } from './createRunner.js';
import { openDatabase } from './openDatabase.js';
import { resolveSeeds } from './resolveSeeds.js';

export interface DuckdbSourceOptions {
  /** A .duckdb file, which is only read, or a folder with a Parquet file for each of its tables. */
  path: string;
  /** What DuckDB may hold in memory, MB; beyond it, it writes to its temporary folder. @default 128 */
  memoryLimitMb?: number;
  /** Where that folder is made; it goes when the source is closed. @default the system's folder */
  tempDirectory?: string;
  /** Containers a query: more of them are faster, and need more memory. @default 2000 */
  batchIds?: number;
  /** Queries at once for one domain, and threads of the database. @default 2 */
  maxWorkers?: number;
  /** Rows that a query has ready before its turn. @default 5000 */
  fetchRows?: number;
  /** Seconds that the database may work at a query. @default 300 */
  timeoutSeconds?: number;
}

/** A source that holds a database open. */
export interface DuckdbSource extends TraceSource {
  /** Ends what runs, closes the database and removes its temporary folder. */
  close(): Promise<void>;
}

const ROWS_A_DETECTION_BATCH = 2000;

/**
 * A trace source on a DuckDB database that `npm run seed` made, or on Parquet files of the same
 * tables. The database is opened by the first request. A .duckdb file that is replaced stays the same
 * one; of Parquet files that are replaced, requests that are under way fail and later ones read the new.
 *
 * Its requests throw Error where the database cannot be opened, `DatabaseReplacedError`,
 * `QueryTimeoutError`, and the reason of an abort within milliseconds of it.
 * Throws TypeError for numbers that are no whole numbers from 1.
 *
 * @example
 * const source = createDuckdbSource({ path: 'data/trace.duckdb' });
 * const { seeds } = await source.resolveSeeds({ profile: 'mid_section_defect', params: {} });
 * await source.close();
 */
export function createDuckdbSource(options: DuckdbSourceOptions): DuckdbSource {
  const { path, memoryLimitMb = 128, tempDirectory, batchIds = 2000, maxWorkers = 2 } = options;
  const { fetchRows: rowsAFetch = 5000, timeoutSeconds = 300 } = options;
  const numbers = { memoryLimitMb, batchIds, maxWorkers, fetchRows: rowsAFetch, timeoutSeconds };
  checkNumbers(numbers);
  const connect = { path, memoryLimitMb, tempDirectory, threads: maxWorkers };
  const { begin, close } = createRunner(() => openDatabase(connect), {
    timeoutSeconds,
    fetchRows: rowsAFetch,
  });
  const common = () => ({ run: begin(), batchIds, maxWorkers });
  return {
    resolveSeeds: (query) => resolveSeeds(query, begin(), signalOf(query)),
    fetchLineage: (query) => fetchLineage(query, begin(), signalOf(query)),
    async *fetchDetection({ containerIds, station, ...query }) {
      const batchSize = ROWS_A_DETECTION_BATCH;
      const rowsOptions = { ...common(), batchSize, signal: signalOf(query), values: { station } };
      for await (const batch of fetchRows(containerIds, 'detection', rowsOptions)) {
        yield batch.rows() as unknown as readonly DetectionRow[];
      }
    },
    fetchEvents(containerIds, domain, { batchSize, ...query }) {
      checkNumbers({ batchSize });
      return fetchRows(containerIds, domain, { ...common(), batchSize, signal: signalOf(query) });
    },
    close,
  };
}

function checkNumbers(numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new TypeError(`createDuckdbSource: ${name} must be a whole number from 1, not ${value}.`);
  }
}

function signalOf({ signal }: { signal?: AbortSignal }): AbortSignal {
  return signal ?? new AbortController().signal;
}
