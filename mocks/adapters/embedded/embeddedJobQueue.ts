import type { Log } from '../../log.js';
import type { ChunkStore, EventsJob, JobQueue } from '../../ports.js';
import type { SourceOptions } from '../createSource.js';
import type { RunMessage, StoreCall, StoreReply, ThreadMessage } from './jobThread.js';

/** A thread that runs one job, on whatever platform. */
export interface JobThread {
  post(message: RunMessage | StoreReply): void;
  onMessage(listener: (message: ThreadMessage) => void): void;
  /** Called with the reason when the thread dies on its own. */
  onDeath(listener: (reason: string) => void): void;
  terminate(): void;
}

export interface EmbeddedJobQueueOptions {
  store: ChunkStore;
  source: SourceOptions;
  startThread: () => JobThread;
  batchSize: number;
  maxWorkers: number;
  /** Jobs that run at once. */
  workerCount: number;
  timeoutSeconds: number;
  log: Log;
  now?: () => number;
}

/** A queue in this process, each job in a thread of its own. */
export function createEmbeddedJobQueue(options: EmbeddedJobQueueOptions): JobQueue {
  return new EmbeddedJobQueue(options);
}

class EmbeddedJobQueue implements JobQueue {
  readonly #options: EmbeddedJobQueueOptions;
  readonly #now: () => number;
  readonly #waiting: EventsJob[] = [];
  /** What ends each running job's thread. */
  readonly #running = new Map<string, () => void>();

  constructor(options: EmbeddedJobQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async enqueue(job: EventsJob): Promise<void> {
    await this.#options.store.updateJob(job.jobId, {
      profile: job.profile,
      cid_count: String(job.containerIds.length),
      domains: job.domains.join(','),
      status: 'queued',
      progress: '',
      pct: '0',
      stage: 'events',
      created_at: this.#seconds(),
    });
    this.#waiting.push(job);
    this.#startWaiting();
  }

  async cancel(jobId: string): Promise<boolean> {
    const index = this.#waiting.findIndex((job) => job.jobId === jobId);
    if (index >= 0) this.#waiting.splice(index, 1);
    else if (!this.#running.has(jobId)) return false;
    await this.#end(jobId, { status: 'cancelled', progress: '' });
    return true;
  }

  async close(): Promise<void> {
    this.#waiting.length = 0;
    const error = 'The server was stopped. Run the trace again.';
    for (const jobId of this.#running.keys()) await this.#end(jobId, { status: 'failed', error });
  }

  #seconds(): string {
    return String(this.#now() / 1000);
  }

  #startWaiting(): void {
    while (this.#running.size < this.#options.workerCount) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#start(job);
    }
  }

  #start(job: EventsJob): void {
    const { store, source, batchSize, maxWorkers, timeoutSeconds, startThread } = this.#options;
    const thread = startThread();
    const fail = (error: string) => {
      // a thread that was ended from here says so too
      if (this.#running.has(job.jobId)) void this.#end(job.jobId, { status: 'failed', error });
    };
    const timer = setTimeout(
      () => fail(`The job took longer than ${timeoutSeconds} s and was stopped.`),
      timeoutSeconds * 1000,
    );
    this.#running.set(job.jobId, () => {
      clearTimeout(timer);
      thread.terminate();
    });
    thread.onDeath(fail);
    thread.onMessage((message) => void this.#onMessage(job.jobId, thread, message));
    void store.updateJob(job.jobId, { status: 'started' });
    thread.post({ type: 'run', job, source, batchSize, maxWorkers });
  }

  async #onMessage(jobId: string, thread: JobThread, message: ThreadMessage): Promise<void> {
    // what a thread sent before it was ended must not come back into the store
    if (!this.#running.has(jobId)) return;
    if (message.type === 'store') {
      const error = await this.#callStore(message.request);
      thread.post({ type: 'reply', call: message.call, error });
    } else if (message.type === 'domain-failed') {
      const { domain, message: error } = message;
      this.#options.log('error', 'A domain of a job failed.', { jobId, domain, error });
    } else if (message.type === 'failed') {
      await this.#end(jobId, { status: 'failed', error: message.message });
    } else {
      await this.#end(jobId, { status: 'finished', progress: 'complete', pct: '100' });
    }
  }

  async #callStore(request: StoreCall): Promise<string | null> {
    const { store, log } = this.#options;
    try {
      if (request.method === 'put') await store.put(request.jobId, request.key, request.value);
      else if (request.method === 'drop') await store.drop(request.jobId, request.keys);
      else await store.updateJob(request.jobId, request.fields);
      return null;
    } catch (error) {
      log('error', 'The store refused a chunk.', { jobId: request.jobId, error: String(error) });
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The one way out of a job. */
  async #end(
    jobId: string,
    fields: { status: string; progress?: string; pct?: string; error?: string },
  ): Promise<void> {
    const { store, log } = this.#options;
    const stop = this.#running.get(jobId);
    this.#running.delete(jobId);
    stop?.();
    log(fields.status === 'failed' ? 'error' : 'info', `Job ${fields.status}.`, {
      jobId,
      ...fields,
    });
    if (fields.status === 'finished') await store.renew(jobId);
    else await store.removeResult(jobId);
    await store.updateJob(jobId, { ...fields, completed_at: this.#seconds() });
    this.#startWaiting();
  }
}
