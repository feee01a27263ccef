import { JobNotFoundError, withRetry } from '../../jobs/index.js';
import { requestJson } from '../../jobs/requestJson.js';
import { HttpError, isTraceDomain, isTraceProfile } from '../../protocol/index.js';
import { textsOf, wholeNumber } from '../../stream/messageHeader.js';
import { finishTrace } from './finishTrace.js';
import { receiveJob } from './receiveJob.js';
import type { TraceJob } from './traceJob.js';
import { retryOptionsOf, sendOptionsOf, type TraceRun } from './TraceRun.js';

/** What the server says of a job; throws `JobNotFoundError` where it knows none. */
async function readStatus(run: TraceRun, { statusUrl }: TraceJob) {
  const { signal } = run;
  const ask = () => requestJson(statusUrl, sendOptionsOf(run));
  try {
    const { body } = await withRetry(statusUrl, ask, retryOptionsOf(run));
    return body;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
    throw new JobNotFoundError(statusUrl, error);
  }
}

/**
 * Takes up a job that was begun elsewhere: receives its result as if it had been asked for here. What
 * its status says of the profile and the domains goes before what was kept of them.
 */
export async function attachJob(run: TraceRun, job: TraceJob): Promise<void> {
  const status = await readStatus(run, job);
  const told = textsOf(status.domains).filter(isTraceDomain);
  const profile = isTraceProfile(status.profile) ? status.profile : job.profile;
  run.request = { profile, params: {}, domains: told.length > 0 ? told : job.domains };
  const { seedCount } = job;
  const scope = { seedCount, containerCount: wholeNumber(status.cid_count) ?? job.containerCount };
  const queued = {
    kind: 'job',
    jobId: job.jobId,
    statusUrl: job.statusUrl,
    streamUrl: job.streamUrl,
    cancel: status.cancel === true,
    follow: status.follow === true,
  } as const;
  finishTrace(run, await receiveJob(run, queued, scope), job.jobId, scope);
}
