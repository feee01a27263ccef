import { errorFields, type Log } from '../../log.js';
import type {
  ChunkStore,
  EventsJob,
  JobAttempt,
  JobEnd,
  JobFields,
  JobQueue,
} from '../../ports.js';
import type { ChunkEncoding } from '../../results/ChunkCompression.js';
import { MAX_TIMER_MS } from '../../timers.js';
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
  chunkEncoding: ChunkEncoding;
  /** Jobs that run at once. */
  workerCount: number;
  timeoutSeconds: number;
  /** Jobs that may wait for a worker. */
  maxWaiting: number;
  log: Log;
  now?: () => number;
}

/** A queue in this process, each job in a thread of its own. */
export function createEmbeddedJobQueue(options: EmbeddedJobQueueOptions): JobQueue {
  return new EmbeddedJobQueue(options);
}

interface WaitingJob {
  job: EventsJob;
  /** Unix time, seconds. */
  createdAt: string;
}

interface RunningJob {
  /** Ends the thread. */
  stop: () => void;
  /** Null until it has begun. */
  attempt: JobAttempt | null;
}

function firstFields({ job, createdAt }: WaitingJob, status: string): Partial<JobFields> {
  return {
    profile: job.profile,
    cid_count: String(job.containerIds.length),
    domains: job.domains.join(','),
    status,
    progress: '',
    pct: '0',
    stage: 'events',
    created_at: createdAt,
  };
}

class EmbeddedJobQueue implements JobQueue {
  readonly #options: EmbeddedJobQueueOptions;
  readonly #now: () => number;
  readonly #waiting: WaitingJob[] = [];
  readonly #running = new Map<string, RunningJob>();

  constructor(options: EmbeddedJobQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async enqueue(job: EventsJob): Promise<void> {
    const { store, maxWaiting } = this.#options;
    if (this.#waiting.length >= maxWaiting) {
      throw new Error(`${maxWaiting} jobs wait already (TRACE_QUEUE_MAX_WAITING).`);
    }
    const waiting = { job, createdAt: this.#seconds() };
    this.#waiting.push(waiting);
    await store.createJob(job.jobId, firstFields(waiting, 'queued'));
    this.#startWaiting();
  }

  async cancel(jobId: string): Promise<boolean> {
    const index = this.#waiting.findIndex(({ job }) => job.jobId === jobId);
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
      const waiting = this.#waiting.shift();
      if (!waiting) return;
      this.#start(waiting);
    }
  }

  #start(waiting: WaitingJob): void {
    const { timeoutSeconds } = this.#options;
    const { jobId } = waiting.job;
    const fail = (error: string) => {
      // a thread that was ended from here says so too
      if (this.#running.has(jobId)) this.#endLogged(jobId, { status: 'failed', error });
    };
    const timer = setTimeout(
      () => fail(`The job took longer than ${timeoutSeconds} s and was stopped.`),
      Math.min(timeoutSeconds * 1000, MAX_TIMER_MS),
    );
    const running: RunningJob = { stop: () => clearTimeout(timer), attempt: null };
    this.#running.set(jobId, running);
    this.#begin(waiting, running, fail).catch((error: unknown) =>
      fail(
        `The job could not be started: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }

  async #begin(
    waiting: WaitingJob,
    running: RunningJob,
    fail: (error: string) => void,
  ): Promise<void> {
    const { store, startThread } = this.#options;
    const { job } = waiting;
    // all fields once more: the job may have waited for longer than its hash lives
    running.attempt = await store.beginAttempt(job.jobId, firstFields(waiting, 'started'));
    if (this.#running.get(job.jobId) !== running) return;
    const thread = startThread();
    const { stop } = running;
    running.stop = () => {
      stop();
      thread.terminate();
    };
    this.#connect(thread, job, fail);
  }

  #connect(thread: JobThread, job: EventsJob, fail: (error: string) => void): void {
    const { source, batchSize, maxWorkers, chunkEncoding } = this.#options;
    const { jobId } = job;
    thread.onDeath(fail);
    thread.onMessage((message) => this.#logged(jobId, this.#onMessage(jobId, thread, message)));
    thread.post({ type: 'run', job, source, batchSize, maxWorkers, chunkEncoding });
  }

  #endLogged(jobId: string, fields: Omit<JobEnd, 'completed_at'>): void {
    this.#logged(jobId, this.#end(jobId, fields));
  }

  /** What nobody waits for must not fail unheard. */
  #logged(jobId: string, work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#options.log('error', 'The queue failed on a job.', { jobId, ...errorFields(error) }),
    );
  }

  async #onMessage(jobId: string, thread: JobThread, message: ThreadMessage): Promise<void> {
    const attempt = this.#running.get(jobId)?.attempt;
    // what a thread sent before it was ended must not come back into the store
    if (!attempt) return;
    if (message.type === 'store') {
      const error = await this.#write(jobId, attempt, message.request);
      thread.post({ type: 'reply', call: message.call, error });
    } else if (message.type === 'domain-failed') {
      const { domain, message: error } = message;
      this.#options.log('error', 'A domain of a job failed.', { jobId, domain, error });
    } else if (message.type === 'failed') {
      this.#options.log('error', 'A job failed.', { jobId, error: message.cause });
      await this.#end(jobId, { status: 'failed', error: message.message });
    } else {
      await this.#end(jobId, { status: 'finished', progress: 'complete', pct: '100' });
    }
  }

  async #write(jobId: string, attempt: JobAttempt, request: StoreCall): Promise<string | null> {
    try {
      if (request.method === 'put') await attempt.put(request.key, request.value);
      else if (request.method === 'drop') await attempt.drop(request.keys);
      else await attempt.updateJob(request.fields);
      return null;
    } catch (error) {
      this.#options.log('error', 'The store failed on a job.', { jobId, ...errorFields(error) });
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The one way out of a job. */
  async #end(jobId: string, fields: Omit<JobEnd, 'completed_at'>): Promise<void> {
    const { store, log } = this.#options;
    const running = this.#running.get(jobId);
    this.#running.delete(jobId);
    running?.stop();
    log(fields.status === 'failed' ? 'error' : 'info', `Job ${fields.status}.`, {
      jobId,
      ...fields,
    });
    const end: JobEnd = { ...fields, completed_at: this.#seconds() };
    if (running?.attempt) await running.attempt.end(end);
    else await store.endJob(jobId, end);
    this.#startWaiting();
  }
}
