import { startRedisServer } from '../startRedis.mjs';
import { startServer, startWorker } from '../startProcess.mjs';

/** Every trace is a job, and nobody is told to come back later. */
export const EVERY_TRACE_A_JOB = {
  TRACE_ASYNC_CID_THRESHOLD: '0',
  TRACE_STREAMS_PER_CLIENT: '100',
};
for (const kind of ['SEED', 'LINEAGE', 'EVENTS', 'JOB']) {
  EVERY_TRACE_A_JOB[`TRACE_${kind}_RATE_LIMIT_MAX_REQUESTS`] = '1000000';
}

/**
 * A redis-server, a server and workers, each a process of its own.
 * @param {{ env?: Record<string, string>, workers?: number, redis?: object, nodeOptions?: string[] }} [options]
 *   `nodeOptions` are for the server alone
 */
export async function startBackend({
  env = {},
  workers = 1,
  redis: redisOptions,
  nodeOptions,
} = {}) {
  const redis = await startRedisServer(redisOptions);
  const settings = { ...EVERY_TRACE_A_JOB, REDIS_URL: redis.url, ...env };
  const running = [];
  const stop = async () => {
    for (const { stop } of running) await stop();
    await redis.stop();
  };
  try {
    const server = await startServer(settings, nodeOptions);
    running.push(server);
    for (let started = 0; started < workers; started++) running.push(await startWorker(settings));
    return { redis, server, workers: running.slice(1), settings, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
