import { type Job, WaitingError } from 'bullmq';
import { isJobDead, isJobFinished } from '../../../src/protocol/index.js';
import { jobFields, type QueuedJob } from '../../jobs/jobFields.js';
import { errorFields } from '../../log.js';
import { AttemptLostError, type ChunkStore, type JobAttempt } from '../../ports.js';
import { type RunEnd, runInThread, type ThreadOptions } from '../embedded/runInThread.js';

/** A store that does not answer is asked again after so many ms. */
const RETRY_MS = 1_000;

/** Why a job is stopped: by its user, as its worker goes, or as it is another worker's by now. */
export type StopReason = 'cancelled' | 'handed back' | 'lost';

export interface QueuedJobOptions extends ThreadOptions {
  store: ChunkStore;
  /** How many workers may die of a job before it is failed. */
  maxAttempts: number;
}

const seconds = () => String(Date.now() / 1000);

/** One time that a worker has a job, from its taking up to its end in the store. */
export class QueuedJobRun {
  readonly #options: QueuedJobOptions;
  readonly #queued: Job<QueuedJob>;
  readonly #jobId: string;
  readonly #stop = new AbortController();
  #attempt: JobAttempt | null = null;

  constructor(queued: Job<QueuedJob>, options: QueuedJobOptions) {
    this.#queued = queued;
    this.#options = options;
    this.#jobId = queued.data.job.jobId;
  }

  stop(reason: StopReason): void {
    this.#stop.abort(reason);
  }

  /**
   * Runs the job and tells the store how it ended; the queue may forget it then.
   * @throws WaitingError where the job was handed back
   */
  async run(token: string): Promise<void> {
    const { store, maxAttempts } = this.#options;
    const fields = await this.#insist(() => store.readJob(this.#jobId));
    const { status = 'queued' } = fields ?? {};
    // cancelled while it waited; or its worker died between the end and its telling the queue
    if (isJobFinished(status) || isJobDead(status)) return;
    if (this.#queued.stalledCounter >= maxAttempts) {
      const error = `The job was given up: ${maxAttempts} workers died or hung while they ran it.`;
      return this.#end({ status: 'failed', error });
    }
    let end: RunEnd;
    try {
      end = await this.#runAttempt();
    } catch (error) {
      const reason = this.#stop.signal.reason as StopReason | undefined;
      if (reason === 'handed back') return this.#handBack(token);
      if (reason === 'lost' || error instanceof AttemptLostError) return this.#tellLost();
      const message = error instanceof Error ? error.message : String(error);
      end =
        reason === 'cancelled'
          ? { status: 'cancelled', progress: '' }
          : { status: 'failed', error: `The job could not be run: ${message}` };
    }
    await this.#end(end);
  }

  async #runAttempt(): Promise<RunEnd> {
    const { job } = this.#queued.data;
    const fields = jobFields(this.#queued.data, 'started');
    this.#attempt = await this.#options.store.beginAttempt(this.#jobId, fields);
    const { log } = this.#options;
    log('info', 'Job started.', { jobId: this.#jobId, stalls: this.#queued.stalledCounter });
    const { signal } = this.#stop;
    return runInThread({ ...this.#options, job, attempt: this.#attempt, signal });
  }

  async #end(fields: RunEnd): Promise<void> {
    const { store, log } = this.#options;
    const jobId = this.#jobId;
    log(fields.status === 'failed' ? 'error' : 'info', `Job ${fields.status}.`, {
      jobId,
      ...fields,
    });
    const end = { ...fields, completed_at: seconds() };
    try {
      if (this.#attempt) await this.#insist(() => this.#attempt!.end(end));
      else await this.#insist(() => store.endJob(jobId, end));
    } catch (error) {
      if (!(error instanceof AttemptLostError)) throw error;
      this.#tellLost();
    }
  }

  #tellLost(): void {
    this.#options.log('warning', 'The job is no longer this worker’s.', { jobId: this.#jobId });
  }

  /** The next worker takes the job up at once; nobody died of it. */
  async #handBack(token: string): Promise<never> {
    const { log } = this.#options;
    await this.#attempt?.updateJob({ status: 'queued', progress: '', pct: '0' });
    await this.#queued.moveToWait(token);
    log('info', 'Job handed back.', { jobId: this.#jobId });
    throw new WaitingError();
  }

  /** No job may be left running for ever: a store that is away is asked until it is back. */
  async #insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof AttemptLostError || this.#stop.signal.aborted) throw error;
        const fields = { jobId: this.#jobId, ...errorFields(error) };
        this.#options.log('error', 'The store failed on a job.', fields);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
