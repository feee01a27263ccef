import { createJsonLog, DUCKDB_ALLOCATOR, readSource } from './nodeEnvironment.js';
import { createRedisWorker } from './nodeRedisBackend.js';
import { readSettings } from './settings.js';

/** On stderr: stdout is for what a person reads. */
const log = createJsonLog((line) => process.stderr.write(line));

// read by DuckDB when it is loaded: what a query frees goes back to the system
process.env.DUCKDB_JE_MALLOC_CONF ??= DUCKDB_ALLOCATOR;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  if (!settings.redisUrl) {
    throw new Error('REDIS_URL is not set; without a Redis npm start runs the jobs itself.');
  }
  const worker = createRedisWorker({ settings, source: readSource(process.env), log });
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => void worker.close().then(() => process.exit(0)));
  }
  await worker.ready();
  process.stdout.write(`vue-trace-stream worker takes jobs from ${settings.workerQueue}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The worker cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
