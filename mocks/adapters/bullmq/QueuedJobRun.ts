import { type Job, WaitingError } from 'bullmq';
import { isJobDead, isJobFinished } from '../../../src/protocol/index.js';
import { jobFields, type QueuedJob } from '../../jobs/jobFields.js';
import { errorFields } from '../../log.js';
import { AttemptLostError, type ChunkStore, type JobAttempt } from '../../ports.js';
import { type RunEnd, runInThread, type ThreadOptions } from '../embedded/runInThread.js';
import { StoreFullError, StoreUnavailableError } from '../storeErrors.js';

/** A store that does not answer is asked again after so many ms. */
const RETRY_MS = 1_000;

/** Why a job is stopped: by its user, as its worker goes, or as it is another worker's by now. */
export type StopReason = 'cancelled' | 'handed back' | 'lost';

export interface QueuedJobOptions extends ThreadOptions {
  store: ChunkStore;
  /** So many workers may die of a job or hang; then it fails. */
  maxAttempts: number;
}

const failed = (error: string): RunEnd => ({ status: 'failed', error });

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
    try {
      if (!(await this.#isOver())) await this.#end(await this.#runAttempt());
    } catch (error) {
      if (this.#reason === 'handed back') return this.#handBack(token);
      if (this.#reason !== 'lost' && !(error instanceof AttemptLostError)) throw error;
      const { log } = this.#options;
      log('info', 'Job stopped.', { jobId: this.#jobId, reason: this.#reason ?? 'lost' });
    }
  }

  get #reason(): StopReason | undefined {
    return this.#stop.signal.reason as StopReason | undefined;
  }

  /**
   * Cancelled while it waited; or its worker died before it could tell the queue of the end; or
   * forgotten: nobody can ask for a job that has expired.
   */
  async #isOver(): Promise<boolean> {
    const { store, log } = this.#options;
    const fields = await this.#insist(() => store.readJob(this.#jobId));
    if (!fields) {
      log('warning', 'Job dropped: it expired before it was run.', { jobId: this.#jobId });
      return true;
    }
    const { status = 'queued' } = fields;
    return isJobFinished(status) || isJobDead(status);
  }

  async #runAttempt(): Promise<RunEnd> {
    const { store, maxAttempts, log } = this.#options;
    const { data, stalledCounter } = this.#queued;
    if (stalledCounter >= maxAttempts) {
      return failed(`The job was given up: ${maxAttempts} workers died or hung while they ran it.`);
    }
    try {
      const attempt = await store.beginAttempt(this.#jobId, jobFields(data, 'started'));
      this.#attempt = attempt;
      log('info', 'Job started.', { jobId: this.#jobId, stalled: stalledCounter });
      const { signal } = this.#stop;
      return await runInThread({ ...this.#options, job: data.job, attempt, signal });
    } catch (error) {
      if (this.#reason === 'cancelled') return { status: 'cancelled', progress: '' };
      if (this.#reason !== undefined || error instanceof AttemptLostError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return failed(`The job could not be run: ${message}`);
    }
  }

  async #end(fields: RunEnd): Promise<void> {
    const { store, log } = this.#options;
    const jobId = this.#jobId;
    const end = { ...fields, completed_at: String(Date.now() / 1000) };
    try {
      if (this.#attempt) await this.#insist(() => this.#attempt!.end(end));
      else await this.#insist(() => store.endJob(jobId, end));
    } catch (error) {
      const isLost = error instanceof AttemptLostError || this.#reason !== undefined;
      if (isLost || fields.status === 'failed' || !(error instanceof Error)) throw error;
      return this.#end(failed(error.message));
    }
    const level = fields.status === 'failed' ? 'error' : 'info';
    log(level, `Job ${fields.status}.`, { jobId, ...fields });
  }

  /** The next worker takes the job up at once, and nobody died of it. */
  async #handBack(token: string): Promise<never> {
    const { log } = this.#options;
    const jobId = this.#jobId;
    try {
      await this.#attempt?.updateJob({ status: 'queued', progress: '', pct: '0' });
    } catch (error) {
      log('warning', 'The status of a job is out of date.', { jobId, ...errorFields(error) });
    }
    await this.#queued.moveToWait(token);
    log('info', 'Job handed back.', { jobId });
    throw new WaitingError();
  }

  /** No job may be left running for ever: a store that is away or full is asked until it is not. */
  async #insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const isPassing = error instanceof StoreUnavailableError || error instanceof StoreFullError;
        if (!isPassing || this.#reason === 'handed back' || this.#reason === 'lost') throw error;
        const fields = { jobId: this.#jobId, ...errorFields(error) };
        this.#options.log('error', 'The store failed on a job.', fields);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
