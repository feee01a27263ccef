import { Hono } from 'hono';
import { addMetricsRoute } from './adapters/prometheus/addMetricsRoute.js';
import { createPrometheusMetrics } from './adapters/prometheus/prometheusMetrics.js';
import { createJsonLog, DUCKDB_ALLOCATOR, LOOPBACK, readSource } from './nodeEnvironment.js';
import { listen, readPort } from './nodeListen.js';
import { createRedisWorker, openRedisStore } from './nodeRedisBackend.js';
import { stopOnSignal } from './nodeStop.js';
import { addHealthRoute } from './routes/health.js';
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
  const opened = openRedisStore({ settings, log });
  const metrics = createPrometheusMetrics();
  const stopping = new AbortController();
  const site = new Hono();
  addHealthRoute(site, { store: opened.store, log, stopping: stopping.signal });
  addMetricsRoute(site, metrics);
  // before the first job is taken: a port that another has must cost none
  const server = process.env.TRACE_METRICS_PORT?.trim()
    ? await listen(site.fetch, {
        port: readPort(process.env, 'TRACE_METRICS_PORT', 0),
        host: process.env.HOST || LOOPBACK,
      })
    : null;
  const source = readSource(process.env);
  const worker = createRedisWorker({ settings, source, log, metrics, opened });
  stopOnSignal(
    process,
    async () => {
      stopping.abort();
      await worker.close();
      await server?.close();
    },
    log,
  );
  await worker.ready();
  const watched = server ? `, watched at ${server.url}` : '';
  process.stdout.write(
    `vue-trace-stream worker takes jobs from ${settings.workerQueue}${watched}\n`,
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The worker cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
