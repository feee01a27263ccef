import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { isJobDead, isJobFinished } from '../../../src/protocol/index.js';
import type { ClientRoom } from '../../jobs/checkClientRoom.js';
import { jobFields, type QueuedJob } from '../../jobs/jobFields.js';
import { packJob } from '../../jobs/packJob.js';
import { QueueLimitError } from '../../jobs/QueueLimitError.js';
import { errorFields, type Log } from '../../log.js';
import type { ChunkStore, EventsJob, JobQueue, PackedJob } from '../../ports.js';
import { DEFAULT_SETTINGS } from '../../settings.js';
import { watchConnection } from '../redis/createRedis.js';
import { QueueUnavailableError } from './QueueUnavailableError.js';
import { queueNames, type QueuePlace, REMOVE_ENDED } from './queueNames.js';
import { reservePlace } from './reservePlace.js';

/** Redis must take a job's first fields within this time, ms. */
const ENQUEUE_MS = 2_000;
/** A job's payload may be tens of megabytes on a slow line, ms. */
const COMMAND_TIMEOUT_MS = 10_000;
/** By then a job is in the queue, or was refused, ms. */
const RESERVED_MS = ENQUEUE_MS + COMMAND_TIMEOUT_MS;
const RETRY_MS = 1_000;

export interface BullmqJobQueueOptions extends QueuePlace, ClientRoom {
  store: ChunkStore;
  /** Jobs that may wait for a worker. */
  maxWaiting: number;
  log: Log;
}

/**
 * A queue in Redis, whose jobs run in whatever worker processes there are. `enqueue` rejects with
 * QueueUnavailableError within some 2 s where Redis cannot be reached, and the job is withdrawn.
 *
 * @example
 * const queue = createBullmqJobQueue({
 *   redisUrl: 'redis://127.0.0.1:6379', keyPrefix: 'mes_wip', queueName: 'trace-events',
 *   store, maxWaiting: 20, maxPerClient: 5, log,
 * });
 */
export function createBullmqJobQueue(options: BullmqJobQueueOptions): JobQueue {
  return new BullmqJobQueue(options);
}

const seconds = () => String(Date.now() / 1000);

/** The promise, or the signal's reason where that comes first. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

class BullmqJobQueue implements JobQueue {
  readonly #options: BullmqJobQueueOptions;
  readonly #names: ReturnType<typeof queueNames>;
  readonly #redis: Redis;
  #queue: Queue<QueuedJob>;
  readonly #closed = new AbortController();

  constructor(options: BullmqJobQueueOptions) {
    this.#options = options;
    this.#names = queueNames(options);
    this.#redis = new Redis(options.redisUrl, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: COMMAND_TIMEOUT_MS,
      // a command that was refused must not be carried out later
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(100 * 2 ** (attempt - 1), RETRY_MS),
    });
    watchConnection(this.#redis, options.log);
    this.#queue = this.#openQueue();
  }

  async enqueue(job: EventsJob | PackedJob, client?: string, owner?: string): Promise<void> {
    const packed = 'cidCount' in job ? job : packJob(job);
    const queued: QueuedJob = { job: packed, createdAt: seconds(), client, owner };
    const signal = AbortSignal.timeout(ENQUEUE_MS);
    await this.#reserve(job.jobId, signal, client);
    try {
      // its hash comes before the job: a worker may take it up at once
      const fields = jobFields(queued, 'queued');
      await within(signal, this.#options.store.createJob(job.jobId, fields));
      await this.#queue.add('events', queued, { jobId: job.jobId, ...REMOVE_ENDED });
    } catch (error) {
      void this.#withdraw(job.jobId);
      throw new QueueUnavailableError({ cause: error });
    }
    // a reservation that stays ends by itself
    await this.#redis.zrem(this.#names.places, job.jobId).catch(() => undefined);
  }

  async position(jobId: string): Promise<number | null> {
    return (await this.#waitingIds()).indexOf(jobId) + 1 || null;
  }

  async cancel(jobId: string): Promise<boolean> {
    const { store } = this.#options;
    const { status } = (await store.readJob(jobId)) ?? {};
    if (status === undefined || isJobFinished(status) || isJobDead(status)) return false;
    // first of all: a worker that takes it up meanwhile sees it, and one that runs it cannot write
    await store.endJob(jobId, { status: 'cancelled', progress: '', completed_at: seconds() });
    // a job that is running is not removed; its worker does that as soon as it has heard
    await this.#queue.remove(jobId);
    await this.#redis.publish(this.#names.cancelled, jobId);
    await this.#redis.hdel(this.#names.open, jobId);
    this.#options.log('info', 'Job cancelled.', { jobId });
    return true;
  }

  countWaiting(): Promise<number> {
    return this.#queue.getWaitingCount();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#queue.close();
    this.#redis.disconnect();
  }

  #openQueue(): Queue<QueuedJob> {
    const prefix = this.#names.bull;
    const queue = new Queue<QueuedJob>(this.#options.queueName, {
      connection: this.#redis,
      prefix,
    });
    // the connection's own errors come here, too, and are told once by watchConnection
    queue.on('error', () => undefined);
    // one that lost its connection while it was made never becomes ready
    queue.waitUntilReady().catch(() => {
      if (!this.#closed.signal.aborted) this.#queue = this.#openQueue();
    });
    return queue;
  }

  async #reserve(jobId: string, signal: AbortSignal, client = ''): Promise<void> {
    const { maxWaiting, maxPerClient } = this.#options;
    const { sessionsPerAddress = DEFAULT_SETTINGS.sessionsPerAddress } = this.#options;
    const maxPerAddress = maxPerClient * sessionsPerAddress;
    let place: Awaited<ReturnType<typeof reservePlace>>;
    try {
      // waits for a connection that is being made
      await within(signal, this.#queue.waitUntilReady());
      const reserving = reservePlace(this.#redis, {
        waitKey: this.#queue.toKey('wait'),
        openKey: this.#names.open,
        placesKey: this.#names.places,
        ...{ jobId, client, maxWaiting, maxPerClient, maxPerAddress, reservedMs: RESERVED_MS },
      });
      place = await within(signal, reserving);
    } catch (error) {
      throw new QueueUnavailableError({ cause: error });
    }
    if (place === 'queue') {
      throw new Error(`${maxWaiting} jobs wait already (TRACE_QUEUE_MAX_WAITING).`);
    }
    if (place === 'client') throw new QueueLimitError(maxPerClient);
  }

  /** The ids of the jobs that wait, the next one first. */
  async #waitingIds(): Promise<string[]> {
    const ids = await this.#redis.lrange(this.#queue.toKey('wait'), 0, -1);
    return ids.reverse();
  }

  /** Takes back what may have been queued of a job that its client was refused. */
  async #withdraw(jobId: string): Promise<void> {
    const { store, log } = this.#options;
    const error = 'The queue could not take the job.';
    while (!this.#closed.signal.aborted) {
      try {
        await store.endJob(jobId, { status: 'failed', error, completed_at: seconds() });
        await this.#queue.remove(jobId);
        await this.#redis.hdel(this.#names.open, jobId);
        await this.#redis.zrem(this.#names.places, jobId);
        return;
      } catch (failure) {
        log('warning', 'A refused job could not be withdrawn yet.', {
          jobId,
          ...errorFields(failure),
        });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }
}
