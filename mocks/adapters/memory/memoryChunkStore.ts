import {
  AttemptLostError,
  type ChunkStore,
  type JobAttempt,
  type JobEnd,
  type JobFields,
  type ResultKey,
} from '../../ports.js';
import { chunksField, storedFields } from '../../results/resultMeta.js';
import { MAX_TIMER_MS } from '../../timers.js';
import { StoreFullError } from '../storeErrors.js';

export interface MemoryChunkStoreOptions {
  ttlSeconds: number;
  /** Bytes of all values together. */
  maxBytes: number;
  now?: () => number;
}

interface StoredJob {
  fields: Partial<JobFields>;
  /** The attempt that may write; null where none may. */
  writer: JobAttempt | null;
  values: Map<ResultKey, Uint8Array>;
  expiresAt: number;
  finished: boolean;
}

function bytesOf({ values }: StoredJob): number {
  let bytes = 0;
  for (const value of values.values()) bytes += value.byteLength;
  return bytes;
}

/**
 * A store in this process's memory. Where the bytes run out the oldest finished result goes first;
 * its job stays until its TTL.
 * An attempt's `put` rejects with StoreFullError where nothing is left to go.
 */
export function createMemoryChunkStore(options: MemoryChunkStoreOptions): ChunkStore & {
  /** Bytes of all values. */
  readonly byteLength: number;
} {
  return new MemoryChunkStore(options);
}

class MemoryChunkStore implements ChunkStore {
  byteLength = 0;
  readonly #ttlMs: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** In the order in which they were made or renewed: the oldest come first. */
  readonly #jobs = new Map<string, StoredJob>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #sweepTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ ttlSeconds, maxBytes, now = Date.now }: MemoryChunkStoreOptions) {
    this.#ttlMs = ttlSeconds * 1000;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  async get(jobId: string, key: ResultKey): Promise<Uint8Array | null> {
    return this.#live(jobId)?.values.get(key) ?? null;
  }

  async readJob(jobId: string): Promise<Partial<JobFields> | null> {
    const job = this.#live(jobId);
    return job && Object.keys(job.fields).length > 0 ? { ...job.fields } : null;
  }

  async createJob(jobId: string, fields: Partial<JobFields>): Promise<void> {
    this.#update(jobId, fields);
  }

  async beginAttempt(jobId: string, fields: Partial<JobFields>): Promise<JobAttempt> {
    const job = this.#touched(jobId);
    this.#clear(job);
    job.writer = this.#createAttempt(jobId);
    // an ended job that is run again has not ended
    delete job.fields.completed_at;
    delete job.fields.error;
    for (const name of Object.keys(job.fields)) {
      if (name.startsWith(chunksField(''))) delete job.fields[name as keyof JobFields];
    }
    const attempt = String(Number(job.fields.attempt ?? 0) + 1);
    this.#update(jobId, { ...fields, attempt });
    return job.writer;
  }

  async endJob(jobId: string, fields: JobEnd): Promise<void> {
    const job = this.#touched(jobId);
    job.writer = null;
    this.#clear(job);
    this.#update(jobId, fields);
  }

  subscribe(jobId: string, onChange: () => void): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    // the same function may listen twice
    const listener = () => onChange();
    this.#listeners.set(jobId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(jobId);
    };
  }

  #createAttempt(jobId: string): JobAttempt {
    const own = (): StoredJob => {
      const job = this.#live(jobId);
      if (job?.writer !== attempt) throw new AttemptLostError(jobId);
      return this.#touched(jobId);
    };
    const attempt: JobAttempt = {
      put: async (key, value) => {
        const job = own();
        this.#makeRoom(value.byteLength - (job.values.get(key)?.byteLength ?? 0), job);
        this.#forget(job, key);
        job.values.set(key, value);
        this.byteLength += value.byteLength;
        this.#update(jobId, storedFields(key));
      },
      drop: async (keys) => {
        const job = own();
        for (const key of keys) this.#forget(job, key);
        this.#tell(jobId);
      },
      updateJob: async (fields) => {
        own();
        this.#update(jobId, fields);
      },
      end: async (fields) => {
        const job = own();
        job.writer = null;
        job.finished = fields.status === 'finished';
        if (!job.finished) this.#clear(job);
        this.#update(jobId, fields);
      },
    };
    return attempt;
  }

  #update(jobId: string, fields: Partial<JobFields>): void {
    Object.assign(this.#touched(jobId).fields, fields);
    this.#tell(jobId);
  }

  #tell(jobId: string): void {
    for (const listener of this.#listeners.get(jobId) ?? []) listener();
  }

  #live(jobId: string): StoredJob | null {
    this.#sweep();
    return this.#jobs.get(jobId) ?? null;
  }

  /** The job, made where there is none; what is written to lives for the full TTL from now. */
  #touched(jobId: string): StoredJob {
    const known = this.#live(jobId);
    const expiresAt = this.#now() + this.#ttlMs;
    const job: StoredJob = known ?? {
      fields: {},
      writer: null,
      values: new Map(),
      expiresAt,
      finished: false,
    };
    job.expiresAt = expiresAt;
    this.#jobs.delete(jobId);
    this.#jobs.set(jobId, job);
    this.#sweepLater();
    return job;
  }

  #forget(job: StoredJob, key: ResultKey): void {
    this.byteLength -= job.values.get(key)?.byteLength ?? 0;
    job.values.delete(key);
  }

  #clear(job: StoredJob): void {
    for (const key of job.values.keys()) this.#forget(job, key);
  }

  #makeRoom(bytes: number, writing: StoredJob): void {
    const finished = [...this.#jobs.values()].filter((job) => job.finished && job !== writing);
    const mayGo = finished.reduce((sum, job) => sum + bytesOf(job), 0);
    // nobody else's result goes for one that does not fit anyway
    if (this.byteLength - mayGo + bytes > this.#maxBytes) {
      throw new StoreFullError(
        `The result does not fit into the ${this.#maxBytes} bytes of the in-memory store; ask for fewer containers, or raise TRACE_STORE_MAX_BYTES.`,
      );
    }
    for (const job of finished) {
      if (this.byteLength + bytes <= this.#maxBytes) return;
      this.#clear(job);
    }
  }

  /** Drops what has expired: all jobs live equally long, so the oldest stand first. */
  #sweep(): void {
    const now = this.#now();
    for (const [jobId, job] of this.#jobs) {
      if (job.expiresAt > now) return;
      this.#clear(job);
      this.#jobs.delete(jobId);
    }
  }

  /** An expired result gives its memory back also where nobody asks any more. */
  #sweepLater(): void {
    if (this.#sweepTimer !== undefined) return;
    this.#sweepTimer = setTimeout(
      () => {
        this.#sweepTimer = undefined;
        this.#sweep();
        if (this.#jobs.size > 0) this.#sweepLater();
      },
      Math.min(this.#ttlMs, MAX_TIMER_MS),
    );
    // in Node a waiting sweep must not keep the process alive; browsers give a number
    (this.#sweepTimer as { unref?: () => void }).unref?.();
  }
}
