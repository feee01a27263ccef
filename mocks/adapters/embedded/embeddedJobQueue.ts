import { checkClientRoom, type ClientRoom } from '../../jobs/checkClientRoom.js';
import { jobFields, type QueuedJob } from '../../jobs/jobFields.js';
import { errorFields } from '../../log.js';
import type {
  ChunkStore,
  EventsJob,
  JobAttempt,
  JobEnd,
  JobQueue,
  PackedJob,
} from '../../ports.js';
import { type RunEnd, runInThread, type ThreadOptions } from './runInThread.js';

export interface EmbeddedJobQueueOptions extends ThreadOptions, ClientRoom {
  store: ChunkStore;
  /** Jobs that run at once. */
  workerCount: number;
  /** Jobs that may wait for a worker. */
  maxWaiting: number;
  now?: () => number;
}

/** A queue in this process, each job in a thread of its own. */
export function createEmbeddedJobQueue(options: EmbeddedJobQueueOptions): JobQueue {
  return new EmbeddedJobQueue(options);
}

interface RunningJob {
  stop: AbortController;
  /** Null until it has begun. */
  attempt: JobAttempt | null;
}

class EmbeddedJobQueue implements JobQueue {
  readonly #options: EmbeddedJobQueueOptions;
  readonly #now: () => number;
  readonly #waiting: QueuedJob[] = [];
  readonly #running = new Map<string, RunningJob>();

  constructor(options: EmbeddedJobQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async enqueue(job: EventsJob | PackedJob, client?: string, owner?: string): Promise<void> {
    const { store, maxWaiting } = this.#options;
    if (this.#waiting.length >= maxWaiting) {
      throw new Error(`${maxWaiting} jobs wait already (TRACE_QUEUE_MAX_WAITING).`);
    }
    const clients = this.#waiting.map((other) => other.client);
    checkClientRoom(clients, client, this.#options);
    const waiting = { job, createdAt: this.#seconds(), client, owner };
    this.#waiting.push(waiting);
    await store.createJob(job.jobId, jobFields(waiting, 'queued'));
    this.#startWaiting();
  }

  async position(jobId: string): Promise<number | null> {
    return this.#waiting.findIndex(({ job }) => job.jobId === jobId) + 1 || null;
  }

  async cancel(jobId: string): Promise<boolean> {
    const index = this.#waiting.findIndex(({ job }) => job.jobId === jobId);
    if (index >= 0) this.#waiting.splice(index, 1);
    else if (!this.#running.has(jobId)) return false;
    await this.#end(jobId, { status: 'cancelled', progress: '' });
    return true;
  }

  async countWaiting(): Promise<number> {
    return this.#waiting.length;
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
      const waiting = this.#waiting.shift();
      if (!waiting) return;
      const { jobId } = waiting.job;
      // what nobody waits for must not fail unheard
      this.#run(waiting).catch((error: unknown) =>
        this.#options.log('error', 'The queue failed on a job.', { jobId, ...errorFields(error) }),
      );
    }
  }

  async #run(waiting: QueuedJob): Promise<void> {
    const { job } = waiting;
    const running: RunningJob = { stop: new AbortController(), attempt: null };
    this.#running.set(job.jobId, running);
    let end: RunEnd;
    try {
      const fields = jobFields(waiting, 'started');
      running.attempt = await this.#options.store.beginAttempt(job.jobId, fields);
      const { attempt, stop } = running;
      end = await runInThread({ ...this.#options, job, attempt, signal: stop.signal });
    } catch (error) {
      if (running.stop.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      end = { status: 'failed', error: `The job could not be run: ${message}` };
    }
    await this.#end(job.jobId, end);
  }

  /** The one way out of a job. */
  async #end(jobId: string, fields: RunEnd): Promise<void> {
    const { store, log } = this.#options;
    const running = this.#running.get(jobId);
    this.#running.delete(jobId);
    running?.stop.abort();
    log(fields.status === 'failed' ? 'error' : 'info', `Job ${fields.status}.`, {
      jobId,
      ...fields,
    });
    const end: JobEnd = { ...fields, completed_at: this.#seconds() };
    try {
      if (running?.attempt) await running.attempt.end(end);
      else await store.endJob(jobId, end);
    } finally {
      // also where the job has expired meanwhile
      this.#startWaiting();
    }
  }
}
