import { Redis } from 'ioredis';
import { startServer, startWorker } from '../startProcess.mjs';
import { startRedisServer } from '../startRedis.mjs';
import { EVERY_TRACE_A_JOB } from './startBackend.mjs';

const KEY_PREFIX = 'kills';
const WORKERS = 2;

/** A dead worker is soon missed; short chunks make many moments. */
const SETTINGS = {
  ...EVERY_TRACE_A_JOB,
  REDIS_KEY_PREFIX: KEY_PREFIX,
  TRACE_QUEUE_MAX_PER_CLIENT: '20',
  TRACE_JOB_STALLED_CHECK_SECONDS: '1',
  TRACE_STREAM_BATCH_SIZE: '1000',
};

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The lines of a process's log; its last one may not be whole yet. */
function linesOf(worker) {
  const lines = worker.log().split('\n').slice(0, -1);
  return lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : { message: line }));
}

/** A Redis, a server and two workers, each a process. */
class KillBackend {
  /** All workers that ever ran. */
  workers = [];
  keyPrefix = KEY_PREFIX;
  #env;

  constructor(redis, env) {
    this.redis = redis;
    this.#env = env;
    this.client = new Redis(redis.url, { maxRetriesPerRequest: null });
    this.client.on('error', () => undefined); // it connects again by itself
  }

  async start() {
    this.server = await startServer(this.#env);
    for (let i = 0; i < WORKERS; i++) await this.startWorker();
  }

  async startWorker() {
    this.workers.push(await startWorker(this.#env));
  }

  /** The processes that nobody killed and that run no more. */
  deaths(killed = new Set()) {
    const own = [this.server, ...this.workers].filter((process) => !killed.has(process));
    return own.filter(({ pid }) => !isAlive(pid)).map((process) => process.log().slice(-2_000));
  }

  /** When a worker said a thing of a job, Unix time in ms, the first one first. */
  told(jobId, message) {
    const said = this.workers.flatMap((worker) =>
      linesOf(worker)
        .filter((line) => line.message === message && line.jobId === jobId)
        .map((line) => ({ worker, at: Date.parse(line.time) })),
    );
    return said.sort((a, b) => a.at - b.at);
  }

  /** What is known of a job that does not go on. */
  async describe(jobId) {
    const bull = `${this.keyPrefix}:bull:trace-events`;
    const { client } = this;
    return {
      hash: await client.hgetall(`${this.keyPrefix}:trace:job:${jobId}:meta`),
      keys: await client.keys(`${bull}*`),
      wait: await client.lrange(`${bull}:wait`, 0, -1),
      active: await client.lrange(`${bull}:active`, 0, -1),
      open: await client.hkeys(`${this.keyPrefix}:trace:open:trace-events`),
      workers: this.workers.map((worker) => linesOf(worker).slice(-6)),
      server: linesOf(this.server).slice(-6),
    };
  }

  async stop() {
    this.client.disconnect();
    for (const process of [this.server, ...this.workers]) {
      if (process && isAlive(process.pid)) await process.stop('SIGKILL');
    }
    await this.redis.stop();
  }
}

/**
 * Starts a Redis, a server and two workers.
 * @param {{ containers: number, lockSeconds: number, redis?: object }} options `containers` of the
 *   synthetic factory, `redis` for redis-server
 */
export async function startKillBackend({ containers, lockSeconds, redis: redisOptions }) {
  const redis = await startRedisServer(redisOptions);
  const backend = new KillBackend(redis, {
    ...SETTINGS,
    REDIS_URL: redis.url,
    TRACE_SYNTHETIC_CONTAINERS: String(containers),
    TRACE_JOB_LOCK_SECONDS: String(lockSeconds),
  });
  try {
    await backend.start();
  } catch (error) {
    await backend.stop();
    throw error;
  }
  return backend;
}
