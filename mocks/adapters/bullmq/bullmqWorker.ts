import { isNotConnectionError, type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { isJobDead } from '../../../src/protocol/index.js';
import type { QueuedJob } from '../../jobs/jobFields.js';
import { errorFields } from '../../log.js';
import { watchConnection } from '../redis/createRedis.js';
import { createLostJobWatch } from './createLostJobWatch.js';
import { QueuedJobRun, type QueuedJobOptions } from './QueuedJobRun.js';
import { queueNames, type QueuePlace } from './queueNames.js';

/** A worker that is closed waits no longer for Redis, ms. */
const CLOSE_MS = 5_000;
const RETRY_MS = 1_000;

export interface BullmqWorkerOptions extends QueuePlace, QueuedJobOptions {
  /** Jobs that run at once. */
  workerCount: number;
  /** A worker that has not renewed its lock on a job for so long has lost it. */
  lockSeconds: number;
  /** How often jobs are looked for whose worker has lost them. */
  stalledCheckSeconds: number;
}

export interface BullmqWorker {
  /** Resolves once it can take jobs. */
  ready(): Promise<void>;
  /** Hands its jobs back to the queue and ends. */
  close(): Promise<void>;
}

/**
 * Takes jobs from the queue and runs each in a thread of its own. A job whose worker died is taken
 * up again after at most `lockSeconds` and two stalled checks.
 *
 * @example
 * const worker = createBullmqWorker({ ...place, ...threads, store, workerCount: 1,
 *   lockSeconds: 15, stalledCheckSeconds: 10, maxAttempts: 3 });
 * await worker.ready();
 */
export function createBullmqWorker(options: BullmqWorkerOptions): BullmqWorker {
  return new QueueWorker(options);
}

class QueueWorker implements BullmqWorker {
  readonly #options: BullmqWorkerOptions;
  readonly #redis: Redis;
  /** Hears of cancelled jobs. */
  readonly #subscriber: Redis;
  readonly #queue: Queue;
  readonly #worker: Worker<QueuedJob>;
  readonly #running = new Map<string, QueuedJobRun>();
  readonly #findLost: () => Promise<void>;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: BullmqWorkerOptions) {
    this.#options = options;
    const { redisUrl, queueName, store, log } = options;
    const { bull, open } = queueNames(options);
    const retryStrategy = (attempt: number) => Math.min(100 * 2 ** (attempt - 1), RETRY_MS);
    // BullMQ waits for its server without end
    this.#redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy });
    // ioredis leaves the rejection of its own resubscription to nobody
    this.#subscriber = this.#redis.duplicate({ autoResubscribe: false });
    watchConnection(this.#redis, log);
    watchConnection(this.#subscriber, log);
    const place = { connection: this.#redis, prefix: bull };
    this.#queue = new Queue(queueName, place);
    this.#worker = new Worker(queueName, (job, token) => this.#process(job, token!), {
      ...place,
      concurrency: options.workerCount,
      lockDuration: options.lockSeconds * 1000,
      stalledInterval: options.stalledCheckSeconds * 1000,
      // QueuedJobRun counts itself: what BullMQ gives up is told to no store
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: RETRY_MS,
    });
    this.#findLost = createLostJobWatch({
      redis: this.#redis,
      queue: this.#queue,
      store,
      openKey: open,
      log,
    });
    this.#listen();
    this.#checkLater();
  }

  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#checkTimer);
    const closing = this.#worker.close();
    for (const run of this.#running.values()) run.stop('handed back');
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([closing, tooLong]);
    clearTimeout(timer);
    this.#subscriber.disconnect();
    this.#redis.disconnect();
  }

  #listen(): void {
    const { log } = this.#options;
    const onError = (error: Error) => {
      // lost connections are told by watchConnection
      if (isNotConnectionError(error)) log('error', 'The queue failed.', errorFields(error));
    };
    this.#worker.on('error', onError);
    this.#queue.on('error', onError);
    this.#worker.on('failed', (job, error) =>
      log('error', 'A worker failed on a job.', {
        jobId: job?.data.job.jobId,
        ...errorFields(error),
      }),
    );
    // who cannot renew its lock may not be alone with the job
    this.#worker.on('lockRenewalFailed', (jobIds: string[]) => {
      for (const jobId of jobIds) this.#running.get(jobId)?.stop('lost');
    });
    const { cancelled } = queueNames(this.#options);
    this.#subscriber.on('ready', () => {
      this.#subscriber.subscribe(cancelled).catch(onError);
    });
    this.#subscriber.on('message', (_channel, jobId) => {
      this.#running.get(jobId)?.stop('cancelled');
    });
  }

  async #process(queued: Job<QueuedJob>, token: string): Promise<void> {
    const { jobId } = queued.data.job;
    const run = new QueuedJobRun(queued, this.#options);
    this.#running.set(jobId, run);
    try {
      if (this.#closed) run.stop('handed back');
      await run.run(token);
    } finally {
      // the same worker may have lost the job and taken it up again
      if (this.#running.get(jobId) === run) this.#running.delete(jobId);
    }
  }

  #checkLater(): void {
    this.#checkTimer = setTimeout(async () => {
      try {
        await this.#stopCancelled();
        await this.#findLost();
      } catch (error) {
        this.#options.log('warning', 'Lost jobs could not be looked for.', errorFields(error));
      }
      if (!this.#closed) this.#checkLater();
    }, this.#options.stalledCheckSeconds * 1000);
  }

  /** A message that a job was cancelled may have been missed. */
  async #stopCancelled(): Promise<void> {
    for (const [jobId, run] of this.#running) {
      const { status = '' } = (await this.#options.store.readJob(jobId)) ?? {};
      if (isJobDead(status)) run.stop('cancelled');
    }
  }
}
