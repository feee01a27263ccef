import { errorFields, type Log } from '../../log.js';
import { dropTexts } from '../../jobs/packJob.js';
import {
  AttemptLostError,
  type EventsJob,
  type JobAttempt,
  type JobEnd,
  type PackedJob,
} from '../../ports.js';
import type { ChunkEncoding } from '../../results/ChunkCompression.js';
import { MAX_TIMER_MS } from '../../timers.js';
import type { SourceOptions } from '../createSource.js';
import type { ParentMessage, StoreCall, ThreadMessage } from './jobThread.js';

/**
 * How long a thread that was told to stop may take to interrupt its queries, ms. Nobody waits for it;
 * to end it in the middle of a DuckDB call would abort the process.
 */
const STOP_MS = 10_000;

/** A thread that runs one job, on whatever platform. */
export interface JobThread {
  post(message: ParentMessage): void;
  onMessage(listener: (message: ThreadMessage) => void): void;
  /** Called with the reason when the thread dies on its own. */
  onDeath(listener: (reason: string) => void): void;
  terminate(): void;
}

/** What every job's thread is started with. */
export interface ThreadOptions {
  startThread: () => JobThread;
  source: SourceOptions;
  batchSize: number;
  maxWorkers: number;
  chunkEncoding: ChunkEncoding;
  timeoutSeconds: number;
  log: Log;
}

export interface ThreadRunOptions extends ThreadOptions {
  job: EventsJob | PackedJob;
  attempt: JobAttempt;
  /** Stops the job. */
  signal: AbortSignal;
}

/** How a run ended; who asked for it tells the store. */
export type RunEnd = Omit<JobEnd, 'completed_at'>;

/**
 * Runs an attempt at a job in a thread of its own, whose writes go through the attempt. A job that
 * fails is an end, too.
 * @throws the signal's reason once it is aborted; AttemptLostError where the job is another's by now
 */
export async function runInThread(options: ThreadRunOptions): Promise<RunEnd> {
  options.signal.throwIfAborted();
  try {
    return await new ThreadRun(options, options.startThread()).end;
  } catch (error) {
    if (options.signal.aborted || error instanceof AttemptLostError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'failed', error: `The job could not be started: ${message}` };
  }
}

class ThreadRun {
  readonly end: Promise<RunEnd>;
  readonly #options: ThreadRunOptions;
  readonly #thread: JobThread;
  #settle!: (end: RunEnd | Promise<never>) => void;
  #running = true;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ThreadRunOptions, thread: JobThread) {
    this.#options = options;
    this.#thread = thread;
    const { signal, timeoutSeconds } = options;
    const timer = setTimeout(
      () => this.#stop(() => fail(`The job took longer than ${timeoutSeconds} s and was stopped.`)),
      Math.min(timeoutSeconds * 1000, MAX_TIMER_MS),
    );
    const onAbort = () => this.#stop(() => Promise.reject(signal.reason));
    signal.addEventListener('abort', onAbort);
    this.end = new Promise<RunEnd>((resolve) => (this.#settle = resolve)).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
    this.#start();
  }

  #start(): void {
    const { job, source, batchSize, maxWorkers, chunkEncoding } = this.#options;
    this.#thread.onDeath((reason) => this.#finish(fail(reason)));
    this.#thread.onMessage((message) => void this.#onMessage(message));
    try {
      this.#thread.post({ type: 'run', job, source, batchSize, maxWorkers, chunkEncoding });
      if ('cidCount' in job) dropTexts(job);
    } catch (error) {
      this.#finish(Promise.reject(error));
    }
  }

  /** The run ends, and the thread with it. */
  #finish(end: RunEnd | Promise<never>): void {
    clearTimeout(this.#stopTimer);
    const wasRunning = this.#running;
    this.#running = false;
    this.#settle(end);
    // a thread that was ended from here says that it died
    if (wasRunning || this.#stopTimer !== undefined) {
      this.#stopTimer = undefined;
      this.#thread.terminate();
    }
  }

  /**
   * The run ends; its thread first interrupts its queries: a database's own threads outlive it. Of
   * several reasons, as two writes that fail at once, the first one counts; a rejection made for
   * another would be nobody's, and end the process.
   */
  #stop(end: () => RunEnd | Promise<never>): void {
    if (!this.#running) return;
    this.#running = false;
    this.#settle(end());
    this.#stopTimer = setTimeout(() => this.#finish(STOPPED), STOP_MS);
    this.#thread.post({ type: 'stop' });
  }

  async #onMessage(message: ThreadMessage): Promise<void> {
    const { jobId } = this.#options.job;
    if (message.type === 'store') {
      const error = await this.#write(message.request);
      this.#thread.post({ type: 'reply', call: message.call, error });
    } else if (message.type === 'domain-failed') {
      if (!this.#running) return;
      const { domain, message: error } = message;
      this.#options.log('error', 'A domain of a job failed.', { jobId, domain, error });
    } else if (message.type === 'failed') {
      if (this.#running) {
        this.#options.log('error', 'A job failed.', { jobId, error: message.cause });
      }
      this.#finish(fail(message.message));
    } else {
      this.#finish({ status: 'finished', progress: 'complete', pct: '100' });
    }
  }

  /** Why a write failed; null where it did not. */
  async #write(request: StoreCall): Promise<string | null> {
    const { attempt, job, log } = this.#options;
    // what a thread sends after its end must not come back into the store
    if (!this.#running) return 'The job was stopped.';
    try {
      if (request.method === 'put') await attempt.put(request.key, request.value);
      else if (request.method === 'drop') await attempt.drop(request.keys);
      else await attempt.updateJob(request.fields);
      return null;
    } catch (error) {
      if (error instanceof AttemptLostError) this.#stop(() => Promise.reject(error));
      else log('error', 'The store failed on a job.', { jobId: job.jobId, ...errorFields(error) });
      return error instanceof Error ? error.message : String(error);
    }
  }
}

const fail = (error: string): RunEnd => ({ status: 'failed', error });
const STOPPED = fail('The job was stopped.');
