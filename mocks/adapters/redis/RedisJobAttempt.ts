import { isJobFinished } from '../../../src/protocol/index.js';
import {
  AttemptLostError,
  type JobAttempt,
  type JobEnd,
  type JobFields,
  type ResultKey,
} from '../../ports.js';
import { ResultLostError } from '../storeErrors.js';
import { readChunkKey, storedFields } from '../../results/resultMeta.js';
import { fieldArgs, type RedisJob } from './RedisJob.js';
import { takeJob } from './removeResult.js';
import { DROP, FINISH, PUT, UPDATE } from './scripts.js';

/** How long `result:meta` lives, of the TTL: no result may outlive the chunks that its meta names. */
const META_TTL_SHARE = 0.99;

/** The writes of whoever holds the token `writer`. */
export class RedisJobAttempt implements JobAttempt {
  readonly #job: RedisJob;
  readonly #writer: string;
  /** What this attempt has stored and not dropped. */
  readonly #stored = new Set<ResultKey>();

  constructor(job: RedisJob, writer: string) {
    this.#job = job;
    this.#writer = writer;
  }

  async put(key: ResultKey, value: Uint8Array<ArrayBuffer>): Promise<void> {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    // before the answer: one that fails may have been stored all the same
    this.#stored.add(key);
    const args = [bytes, ...fieldArgs(storedFields(key))];
    this.#own(await this.#job.run(PUT, this.#writer, [this.#job.key(key)], args));
  }

  async drop(keys: readonly ResultKey[]): Promise<void> {
    const names = keys.map((key) => this.#job.key(key));
    this.#own(await this.#job.run(DROP, this.#writer, names, []));
    for (const key of keys) this.#stored.delete(key);
  }

  async updateJob(fields: Partial<JobFields>): Promise<void> {
    this.#own(await this.#job.run(UPDATE, this.#writer, [], fieldArgs(fields)));
  }

  async end(fields: JobEnd): Promise<void> {
    if (isJobFinished(fields.status)) await this.#finish(fields);
    else await this.#fail(fields);
  }

  async #finish(fields: JobEnd): Promise<void> {
    const { ttlMs, jobId } = this.#job;
    const keys = [...this.#stored].map((key) => this.#job.key(key));
    const metaTtlMs = Math.floor(ttlMs * META_TTL_SHARE);
    const args = [
      `${this.#writer}:ended`,
      this.#job.key('result:meta'),
      metaTtlMs,
      ...fieldArgs(fields),
    ];
    const reply = await this.#job.run(FINISH, this.#writer, keys, args);
    this.#own(reply);
    if (typeof reply === 'string') throw new ResultLostError(jobId, reply);
  }

  async #fail(fields: JobEnd): Promise<void> {
    const domains = [...this.#stored].flatMap((key) => readChunkKey(key)?.domain ?? []);
    const taken = { from: this.#writer, to: `${this.#writer}:ended`, isAttempt: false, fields };
    this.#own(await takeJob(this.#job, taken, domains));
  }

  #own(reply: unknown): void {
    if (reply === null || reply === false) throw new AttemptLostError(this.#job.jobId);
  }
}
