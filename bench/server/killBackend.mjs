import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { runnerImport } from 'vite';
import { startServer } from '../startServer.mjs';

const KEY_PREFIX = 'kills';
const WORKERS = 2;

/** Every trace is a job, nobody is told to come back later, and a dead worker is soon missed. */
const SETTINGS = {
  REDIS_KEY_PREFIX: KEY_PREFIX,
  TRACE_ASYNC_CID_THRESHOLD: '0',
  TRACE_QUEUE_MAX_PER_CLIENT: '20',
  TRACE_JOB_LOCK_SECONDS: '1',
  TRACE_JOB_STALLED_CHECK_SECONDS: '1',
  TRACE_STREAM_BATCH_SIZE: '1000',
};
for (const kind of ['SEED', 'LINEAGE', 'EVENTS', 'JOB']) {
  SETTINGS[`TRACE_${kind}_RATE_LIMIT_MAX_REQUESTS`] = '1000000';
}

/** What the tests start redis-server and workers with. */
async function importSupport(name) {
  const path = fileURLToPath(new URL(`../../tests/mocks/support/${name}.ts`, import.meta.url));
  const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' });
  return module;
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A Redis, a server and two workers, each a process. */
class KillBackend {
  /** All workers that ever ran. */
  workers = [];
  #startProcess;
  #env;

  constructor(redis, startProcess, env) {
    this.redis = redis;
    this.#startProcess = startProcess;
    this.#env = env;
    this.keyPrefix = KEY_PREFIX;
    this.client = new Redis(redis.url, { maxRetriesPerRequest: null });
    this.client.on('error', () => undefined); // it connects again by itself
  }

  async start() {
    this.server = await startServer(this.#env);
    for (let i = 0; i < WORKERS; i++) await this.startWorker();
  }

  async startWorker() {
    const worker = await this.#startProcess('worker', this.#env);
    this.workers.push(worker);
  }

  /** The processes that nobody killed and that run no more. */
  deaths(killed = new Set()) {
    const workers = this.workers.filter((worker) => !killed.has(worker) && !isAlive(worker.pid));
    const server = isAlive(this.server.pid) ? [] : [this.server.log().slice(-2_000)];
    return [...server, ...workers.map(({ logged }) => logged.slice(-5))];
  }

  /** Whoever began the job last, and when, Unix time in ms. */
  starts(jobId) {
    const started = this.workers.flatMap((worker) =>
      worker.logged
        .filter((line) => line.message === 'Job started.' && line.jobId === jobId)
        .map((line) => ({ worker, at: Date.parse(line.time) })),
    );
    return started.sort((a, b) => a.at - b.at);
  }

  async stop() {
    this.client.disconnect();
    await this.server?.stop();
    for (const worker of this.workers) if (isAlive(worker.pid)) await worker.close();
    await this.redis.stop();
  }
}

/**
 * Starts a Redis, a server and two workers.
 * @param {{ containers: number, redis?: object }} options of the synthetic factory and redis-server
 */
export async function startKillBackend({ containers, redis: redisOptions = {} }) {
  const { startRedisServer } = await importSupport('redisServer');
  const { startProcess } = await importSupport('processes');
  const redis = await startRedisServer(redisOptions);
  const env = {
    ...SETTINGS,
    REDIS_URL: redis.url,
    TRACE_SYNTHETIC_CONTAINERS: String(containers),
  };
  const backend = new KillBackend(redis, startProcess, env);
  try {
    await backend.start();
  } catch (error) {
    await backend.stop();
    throw error;
  }
  return backend;
}
