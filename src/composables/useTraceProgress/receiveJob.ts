import {
  cancelJob,
  type EventsOutcome,
  pollJobUntilComplete,
  type QueuedStage,
} from '../../jobs/index.js';
import { isJobDead, isJobFinished, type JobStatus } from '../../protocol/index.js';
import { isStreamSlotFree } from '../../stream/streamSlots.js';
import { createFollow, followJob, hasEnded } from './followJob.js';
import { finishTrace } from './finishTrace.js';
import type { Received } from './Received.js';
import { StreamReading } from './StreamReading.js';
import { type GoOn, sendOptionsOf, type TraceRun } from './TraceRun.js';
import type { TraceScope, TraceState } from './traceState.js';

type QueuedJob = Extract<EventsOutcome, { kind: 'job' }>;

export function showJob(run: TraceRun, job: JobStatus, state: TraceState): void {
  if (typeof job.pct === 'number') run.meter.setPercent(job.pct);
  run.enter(state);
}

/** From now on a cancelled trace tells the server to end the job, where the server understands that. */
export function cancelWith(
  run: TraceRun,
  { statusUrl, cancel }: Pick<QueuedStage, 'statusUrl' | 'cancel'>,
): void {
  const { headers, fetch } = sendOptionsOf(run);
  run.onCancel(cancel ? () => cancelJob(statusUrl, { headers, fetch }) : null);
}

/** Thrown out of the polling of a job whose status offers to follow it. */
class FollowOffered extends Error {
  override readonly name = 'FollowOffered';
}

/** Waits until the job has finished; resolves false where its status offers to follow it before. */
async function waitForJob(
  run: TraceRun,
  { statusUrl }: QueuedJob,
  scope: TraceScope,
  takesOffer: boolean,
): Promise<boolean> {
  try {
    await pollJobUntilComplete(statusUrl, {
      ...sendOptionsOf(run),
      ...run.transport.poll,
      onStatus: (job) => {
        const status = job.status === 'queued' ? 'queued' : 'running';
        showJob(run, job, { status, job, ...scope });
        const isAtWork = !isJobFinished(job.status) && !isJobDead(job.status);
        if (takesOffer && isAtWork && job.follow === true) throw new FollowOffered();
      },
    });
    return true;
  } catch (error) {
    if (error instanceof FollowOffered) return false;
    throw error;
  }
}

/**
 * Reads a finished job's result by the best way it offers. Rows that came before are gone on with
 * where that can be, and else are read anew.
 */
async function receiveFinished(
  run: TraceRun,
  job: QueuedJob,
  scope: TraceScope,
  begun: StreamReading | null,
): Promise<Received> {
  const { statusUrl, streamUrl, jobId } = job;
  const known = begun?.hasRows ? begun : null;
  if (!known) dropRows(run);
  run.enter({ status: 'streaming', jobId, ...scope });
  const reading = known ?? new StreamReading(run, { statusUrl, jobId });
  run.onResume(goOnWith(job, scope, reading));
  const received = await reading.read({ url: streamUrl });
  if (received.problems.some(({ kind }) => kind === 'result-changed')) run.onResume(null);
  return received;
}

/** Rows that cannot be gone on with come anew. */
function dropRows(run: TraceRun): void {
  if (run.writer.rowCount() === 0) return;
  run.notify([{ kind: 'rows-read-anew', reason: 'interrupted' }]);
  run.dropRows();
}

/** Takes the job up again once its trace has ended, with the rows that a reading has. */
function goOnWith(job: QueuedJob, scope: TraceScope, reading: StreamReading | null): GoOn {
  return async (run) => {
    const begun = reading?.hasRows ? reading : null;
    if (begun) begun.takeUp(run);
    else dropRows(run);
    const received = await receiveJob(run, job, scope, begun);
    finishTrace(run, received, job.jobId, scope);
  };
}

/**
 * Reads a job's result: while it is at work, where the server offers that and it goes well, else
 * once it has finished. `begun` has rows of it, which are gone on with.
 */
export async function receiveJob(
  run: TraceRun,
  job: QueuedJob,
  scope: TraceScope,
  begun: StreamReading | null = null,
): Promise<Received> {
  const { streamUrl, statusUrl, jobId } = job;
  cancelWith(run, job);
  run.onJob({ jobId, statusUrl, streamUrl, ...scope });
  run.onResume(goOnWith(job, scope, begun));
  run.enter({ status: 'queued', job: null, ...scope });
  run.meter.startStep();
  let reading = begun;
  const mayFollow = streamUrl !== null && !begun;
  let isFinished = mayFollow && !job.follow && (await waitForJob(run, job, scope, true));
  if (mayFollow && !isFinished && isStreamSlotFree()) {
    const createEvents = () => createFollow(run, jobId, scope);
    reading = new StreamReading(run, { statusUrl, jobId, createFollow: createEvents });
    run.onResume(goOnWith(job, scope, reading));
    const followed = await followJob(run, reading, streamUrl, scope);
    const mayHaveMore = followed?.error === null && reading.hasHoles;
    if (followed && hasEnded(followed) && !mayHaveMore) return followed;
  }
  try {
    isFinished ||= await waitForJob(run, job, scope, false);
  } catch (error) {
    run.signal.throwIfAborted();
    // the rows so far stay, with the reason why there are no more
    if (reading && run.writer.rowCount() > 0) return reading.endedBy(error);
    throw error;
  }
  return receiveFinished(run, job, scope, reading);
}
