import {
  cancelJob,
  type EventsOutcome,
  pollJobUntilComplete,
  type QueuedStage,
} from '../../jobs/index.js';
import { isJobDead, isJobFinished, type JobStatus } from '../../protocol/index.js';
import { isStreamSlotFree } from '../../stream/streamSlots.js';
import { createFollow, followJob, hasEnded } from './followJob.js';
import { receivePages } from './receivePages.js';
import { type Received, StreamReading } from './StreamReading.js';
import { sendOptionsOf, type TraceRun } from './TraceRun.js';
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
 * Reads a finished job's result by the best way it offers. Rows that came while it was followed are
 * gone on with where that can be, and else are read anew.
 */
function receiveFinished(
  run: TraceRun,
  { statusUrl, streamUrl, jobId, follow }: QueuedJob,
  scope: TraceScope,
  followed: StreamReading | null,
): Promise<Received> {
  const hasRows = run.meter.read().rows > 0;
  const begun = hasRows && followed?.canGoOn ? followed : null;
  if (hasRows && !begun) {
    run.notify([{ kind: 'rows-read-anew', reason: 'interrupted' }]);
    run.dropRows();
  }
  run.enter({ status: 'streaming', jobId, ...scope });
  if (!streamUrl) return receivePages(run, statusUrl);
  return (begun ?? new StreamReading(run, { isExtended: follow })).read(streamUrl);
}

/**
 * Reads a job's result: while it is at work, where the server offers that and it goes well, else
 * once it has finished.
 */
export async function receiveJob(
  run: TraceRun,
  job: QueuedJob,
  scope: TraceScope,
): Promise<Received> {
  const { streamUrl } = job;
  cancelWith(run, job);
  run.onJob({ jobId: job.jobId, statusUrl: job.statusUrl, streamUrl, ...scope });
  run.enter({ status: 'queued', job: null, ...scope });
  run.meter.startStep();
  let reading: StreamReading | null = null;
  let followed: Received | null = null;
  let isFinished = streamUrl !== null && !job.follow && (await waitForJob(run, job, scope, true));
  if (streamUrl !== null && !isFinished && isStreamSlotFree()) {
    const follow = () => createFollow(run, job.jobId, scope);
    reading = new StreamReading(run, { isExtended: true, createFollow: follow });
    followed = await followJob(run, reading, streamUrl, scope);
    if (followed && hasEnded(followed)) return followed;
  }
  try {
    isFinished ||= await waitForJob(run, job, scope, false);
  } catch (error) {
    run.signal.throwIfAborted();
    // the rows so far stay, with the reason why there are no more
    if (followed && run.meter.read().rows > 0) return { ...followed, error };
    throw error;
  }
  return receiveFinished(run, job, scope, reading);
}
