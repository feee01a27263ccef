import {
  cancelJob,
  type EventsOutcome,
  pollJobUntilComplete,
  requestEvents,
  type ResolvedSeeds,
  resolveSeeds,
  traceLineage,
} from '../../jobs/index.js';
import { HttpError, SERVER_ERROR_CODES, TraceError } from '../../protocol/index.js';
import { receivePages } from './receivePages.js';
import { notifyAll, notifyNonFinite, receiveAnswer, settleDomains } from './receiveRows.js';
import { type Received, receiveStream } from './receiveStream.js';
import { sendOptionsOf, type TraceRun } from './TraceRun.js';
import type { TraceScope } from './traceState.js';

type QueuedJob = Extract<EventsOutcome, { kind: 'job' }>;

/** The lots of the query; none is an answer, however the server says it. */
async function findSeeds(run: TraceRun): Promise<ResolvedSeeds | null> {
  const { request, transport } = run;
  try {
    return await resolveSeeds(request, { ...sendOptionsOf(run), ...transport });
  } catch (error) {
    const none = SERVER_ERROR_CODES.noDetectionRecords;
    if (error instanceof HttpError && error.serverCode === none) return null;
    throw error;
  }
}

/** Waits until the job has finished, and reads its result by the best way it offers. */
async function receiveJob(run: TraceRun, job: QueuedJob, scope: TraceScope): Promise<Received> {
  const { statusUrl, streamUrl, jobId } = job;
  const send = sendOptionsOf(run);
  if (job.cancel) {
    run.onCancel(() => cancelJob(statusUrl, { headers: send.headers, fetch: send.fetch }));
  }
  run.enter({ status: 'queued', job: null, ...scope });
  run.meter.startStep();
  await pollJobUntilComplete(statusUrl, {
    ...send,
    ...run.transport.poll,
    onStatus: (status) => {
      run.enter({
        status: status.status === 'queued' ? 'queued' : 'running',
        job: status,
        ...scope,
      });
      if (status.pct !== undefined) run.meter.setPercent(status.pct);
    },
  });
  run.enter({ status: 'streaming', jobId, ...scope });
  return streamUrl ? receiveStream(run, streamUrl) : receivePages(run, statusUrl);
}

async function receiveOutcome(run: TraceRun, outcome: EventsOutcome, scope: TraceScope) {
  if (outcome.kind === 'job') return receiveJob(run, outcome, scope);
  const { answer, verdict, nonFiniteNumbers } = outcome;
  run.enter({ status: 'streaming', jobId: null, ...scope });
  notifyNonFinite(run, nonFiniteNumbers);
  notifyAll(run, verdict.notices);
  await receiveAnswer(run, answer);
  return { problems: verdict.problems, error: null };
}

/** An end must be earned: complete is what lacks nothing. */
function finish(run: TraceRun, received: Received, jobId: string | null, scope: TraceScope): void {
  run.signal.throwIfAborted();
  const { problems, error } = received;
  // an error before the first row leaves nothing that could be incomplete
  if (error !== null && run.meter.read().rows === 0) throw error;
  if (error !== null && !(error instanceof TraceError)) throw error;
  settleDomains(run, run.request.domains, problems);
  if (problems.length === 0 && error === null) run.enter({ status: 'complete', jobId, ...scope });
  else run.enter({ status: 'incomplete', jobId, problems, error, ...scope });
}

/**
 * Runs the three stages of a trace into its store. Resolves when the trace is complete or
 * incomplete; rejects with what made it fail, or with the signal's reason.
 */
export async function runTrace(run: TraceRun): Promise<void> {
  const { request, transport } = run;
  const { profile, params, domains } = request;
  const options = { ...sendOptionsOf(run), ...transport };
  run.enter({ status: 'resolving' });
  const found = await findSeeds(run);
  if (found && found.notFound.length > 0) {
    run.notify({ kind: 'values-not-found', values: found.notFound });
  }
  if (!found || found.seedIds.length === 0) {
    run.enter({ status: 'complete', jobId: null, seedCount: 0, containerCount: 0 });
    return;
  }
  const { seedIds, cacheKey } = found;
  run.enter({ status: 'tracing-lineage', seedCount: seedIds.length });
  const { containerIds, lineage, queryId } = await traceLineage(
    { profile, params, seedIds, cacheKey },
    options,
  );
  const scope = { seedCount: seedIds.length, containerCount: containerIds.length };
  run.enter({ status: 'running', job: null, ...scope });
  const outcome = await requestEvents(
    { profile, params, domains, seedIds, containerIds, lineage, queryId, cacheKey },
    options,
  );
  const received = await receiveOutcome(run, outcome, scope);
  finish(run, received, outcome.kind === 'job' ? outcome.jobId : null, scope);
}
