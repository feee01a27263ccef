import { startBackend } from './startBackend.mjs';
import { duckDatabase } from './duckDatabase.mjs';

/** A backend on Redis, its server and its worker on a DuckDB file. */
export async function duckBackend(containers) {
  const env = { TRACE_SOURCE: `duckdb:${await duckDatabase(containers)}` };
  return startBackend({ env });
}
