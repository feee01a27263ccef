import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { QueryTimeoutError } from './QueryTimeoutError.js';
import { type RowChunk, takeRows } from './rowChunk.js';

export interface Query {
  /** Made by `orderedSql`: its first column is the row's place, its last row the mark of the end. */
  sql: string;
  /** Values of the `$names` in it. */
  values: Record<string, string | number>;
}

/** Runs a query; `streamQuery` over a database. */
export type RunQuery = (
  query: Query,
  signal: AbortSignal,
) => AsyncGenerator<readonly RowChunk[], void, undefined>;

export interface StreamQueryOptions {
  signal: AbortSignal;
  /** Seconds that the database may work at the query; the time that its reader takes is not counted. */
  timeoutSeconds: number;
  /** Rows to fetch before they are handed on. */
  fetchRows: number;
}

/** An interrupt that comes between two steps of a query is lost: it is sent again until it is heard. */
const INTERRUPT_AGAIN_MS = 5;

/**
 * Runs a query on a connection of its own, as a second query there would end the first one as if
 * it had no more rows. Each item holds `fetchRows` rows or a little more; the last may hold fewer.
 * @throws QueryTimeoutError, BrokenQueryError, and the signal's reason within milliseconds of an abort
 */
export async function* streamQuery(
  instance: DuckDBInstance,
  { sql, values }: Query,
  { signal, timeoutSeconds, fetchRows }: StreamQueryOptions,
): AsyncGenerator<readonly RowChunk[], void, undefined> {
  signal.throwIfAborted();
  const connection = await instance.connect();
  try {
    const guard = createGuard(connection, signal, timeoutSeconds);
    const result = await guard(() => connection.stream(sql, values));
    for (let isWhole = false; !isWhole;) {
      const fetched: RowChunk[] = [];
      for (let rows = 0; rows < fetchRows && !isWhole;) {
        const chunk = await guard(() => result.fetchChunk());
        if (!chunk || chunk.rowCount === 0) throw new BrokenQueryError();
        isWhole = chunk.getColumnVector(0).getItem(chunk.rowCount - 1) === null;
        const rowCount = chunk.rowCount - (isWhole ? 1 : 0);
        fetched.push(takeRows(chunk, rowCount));
        rows += rowCount;
      }
      yield fetched;
    }
  } finally {
    // the next query lets go of what this one holds, else only the garbage collector does
    await connection.run('SELECT 1');
    connection.closeSync();
  }
}

/** The database stopped before the end and does not say why. */
export class BrokenQueryError extends Error {
  override readonly name = 'BrokenQueryError';

  constructor() {
    super(
      'The trace database broke off in the middle of an answer, most likely for want of memory or of room for temporary files.',
    );
  }
}

/** Waits for steps of a query, which an abort and the end of its time interrupt. */
function createGuard(connection: DuckDBConnection, signal: AbortSignal, timeoutSeconds: number) {
  let leftMs = timeoutSeconds * 1000;
  return async function guard<T>(step: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const startedAt = performance.now();
    let stopped: { reason: unknown } | undefined;
    let again: ReturnType<typeof setInterval> | undefined;
    const stop = (reason: unknown) => {
      if (stopped) return;
      stopped = { reason };
      connection.interrupt();
      again = setInterval(() => connection.interrupt(), INTERRUPT_AGAIN_MS);
    };
    const onAbort = () => stop(signal.reason);
    signal.addEventListener('abort', onAbort);
    const timer = setTimeout(() => stop(new QueryTimeoutError(timeoutSeconds)), leftMs);
    try {
      return await step();
    } finally {
      clearTimeout(timer);
      clearInterval(again);
      signal.removeEventListener('abort', onAbort);
      leftMs -= performance.now() - startedAt;
      // an interrupted stream may also end as if it had no more rows
      if (stopped) throwReason(stopped.reason);
    }
  };
}

function throwReason(reason: unknown): never {
  throw reason;
}
