import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Log } from '../../log.js';
import type { ChunkStore, JobAttempt, JobEnd, JobFields, ResultKey } from '../../ports.js';
import { ChangeSubscriber } from './ChangeSubscriber.js';
import { watchConnection } from './createRedis.js';
import { fromRedis } from './redisErrors.js';
import { changeChannel, fieldArgs, RedisJob } from './RedisJob.js';
import { RedisJobAttempt } from './RedisJobAttempt.js';
import { takeJob } from './removeResult.js';
import { CREATE } from './scripts.js';

export interface RedisChunkStoreOptions {
  /** For commands; whoever made it closes it. */
  redis: Redis;
  /**
   * For what this store hears of jobs, alone; whoever made it closes it. @default a connection of the store's
   * own, to where `redis` goes, opened by the first `subscribe`
   */
  subscriber?: Redis;
  /** In front of every key and channel. @default 'mes_wip' */
  keyPrefix?: string;
  ttlSeconds: number;
  log?: Log;
}

export interface RedisChunkStore extends ChunkStore {
  /** Ends all subscriptions, and the connection that the store opened for them. */
  close(): void;
}

/**
 * A store in Redis, under the keys of the contract's Redis table, for as many processes as there
 * are. Besides the contract's fields the job's hash holds `writer`, the token of the attempt that
 * may write: each write is a script that checks it first. The write of a chunk also counts it there.
 *
 * Its calls reject with StoreUnavailableError where Redis cannot be reached for a few seconds and
 * StoreFullError where its memory is used up; an attempt's `end` also with ResultLostError, where a
 * value that it had stored is gone.
 *
 * @example
 * const redis = createRedis('redis://127.0.0.1:6379');
 * const store = createRedisChunkStore({ redis, ttlSeconds: 3600 });
 * const fields = await store.readJob('trace-evt-1');
 */
export function createRedisChunkStore(options: RedisChunkStoreOptions): RedisChunkStore {
  return new RedisStore(options);
}

class RedisStore implements RedisChunkStore {
  readonly #redis: Redis;
  readonly #keyPrefix: string;
  readonly #ttlMs: number;
  readonly #log: Log;
  #subscriber: Redis | undefined;
  #ownSubscriber: Redis | undefined;
  #changes: ChangeSubscriber | undefined;

  constructor(options: RedisChunkStoreOptions) {
    this.#redis = options.redis;
    this.#subscriber = options.subscriber;
    this.#keyPrefix = options.keyPrefix ?? 'mes_wip';
    this.#ttlMs = options.ttlSeconds * 1000;
    this.#log = options.log ?? (() => undefined);
  }

  async get(jobId: string, key: ResultKey): Promise<Uint8Array | null> {
    return fromRedis(this.#redis.getBuffer(this.#job(jobId).key(key)));
  }

  async readJob(jobId: string): Promise<Partial<JobFields> | null> {
    const hash = await fromRedis(this.#redis.hgetall(this.#job(jobId).hash));
    delete hash.writer;
    return Object.keys(hash).length > 0 ? hash : null;
  }

  async createJob(jobId: string, fields: Partial<JobFields>): Promise<void> {
    await this.#job(jobId).run(CREATE, '', [], fieldArgs(fields));
  }

  async beginAttempt(jobId: string, fields: Partial<JobFields>): Promise<JobAttempt> {
    const job = this.#job(jobId);
    const writer = randomUUID();
    await takeJob(job, { from: '', to: writer, isAttempt: true, fields });
    return new RedisJobAttempt(job, writer);
  }

  async endJob(jobId: string, fields: JobEnd): Promise<void> {
    await takeJob(this.#job(jobId), { from: '', to: randomUUID(), isAttempt: false, fields });
  }

  subscribe(jobId: string, onChange: () => void): () => void {
    this.#changes ??= new ChangeSubscriber(this.#openSubscriber(), this.#log);
    return this.#changes.subscribe(changeChannel(this.#keyPrefix, jobId), onChange);
  }

  close(): void {
    this.#changes?.close();
    this.#ownSubscriber?.disconnect();
  }

  #openSubscriber(): Redis {
    if (this.#subscriber) return this.#subscriber;
    // ioredis leaves the rejection of its own resubscription to nobody
    this.#ownSubscriber = this.#redis.duplicate({ autoResubscribe: false });
    return (this.#subscriber = watchConnection(this.#ownSubscriber, this.#log));
  }

  #job(jobId: string): RedisJob {
    return new RedisJob(this.#redis, this.#keyPrefix, this.#ttlMs, jobId);
  }
}
