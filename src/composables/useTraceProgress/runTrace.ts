import {
  type EventsOutcome,
  type QueuedStage,
  requestEvents,
  type ResolvedSeeds,
  resolveSeeds,
  type StageOptions,
  traceLineage,
} from '../../jobs/index.js';
import { HttpError, type JobStatus, SERVER_ERROR_CODES } from '../../protocol/index.js';
import { finishTrace } from './finishTrace.js';
import { cancelWith, receiveJob, showJob } from './receiveJob.js';
import {
  createRowsReader,
  notifyNonFinite,
  receiveAnswer,
  type RowsReader,
} from './receiveRows.js';
import type { Received } from './Received.js';
import { sendOptionsOf, type TraceRun } from './TraceRun.js';
import type { TraceScope } from './traceState.js';

/** How a stage that the server may queue is sent. */
function queuedOptions(run: TraceRun): StageOptions {
  const onQueued = (job: QueuedStage) => {
    run.meter.startStep();
    cancelWith(run, job);
  };
  return { ...sendOptionsOf(run), onQueued };
}

/** The lots of the query; none is an answer, however the server says it. */
async function findSeeds(run: TraceRun): Promise<ResolvedSeeds | null> {
  const { request, transport } = run;
  run.enter({ status: 'resolving', job: null });
  const onStatus = (job: JobStatus) => showJob(run, job, { status: 'resolving', job });
  try {
    const { readSeeds } = run.decoder;
    return await resolveSeeds(request, {
      ...transport,
      ...queuedOptions(run),
      readSeeds,
      onStatus,
    });
  } catch (error) {
    const none = SERVER_ERROR_CODES.noDetectionRecords;
    if (error instanceof HttpError && error.serverCode === none) return null;
    throw error;
  }
}

/** What the trace lacks from its beginning. */
function notifyMissing(run: TraceRun, { notFound, seedIds, seedCount: counted }: ResolvedSeeds) {
  if (notFound.length > 0) run.notify([{ kind: 'values-not-found', values: notFound }]);
  const sent = seedIds.length;
  if (counted > sent) run.notify([{ kind: 'seeds-not-sent', counted, sent }]);
}

async function receiveOutcome(
  run: TraceRun,
  outcome: EventsOutcome,
  { takeBatches }: RowsReader,
  scope: TraceScope,
): Promise<Received> {
  if (outcome.kind === 'job') return receiveJob(run, outcome, scope);
  const { answer, verdict, nonFiniteNumbers } = outcome;
  run.enter({ status: 'streaming', jobId: null, ...scope });
  notifyNonFinite(run, nonFiniteNumbers);
  await receiveAnswer(run, answer, takeBatches());
  return { ...verdict, error: null };
}

/**
 * Runs the three stages of a trace into its store. Resolves when the trace is complete or
 * incomplete; rejects with what made it fail, or with the signal's reason.
 */
export async function runTrace(run: TraceRun): Promise<void> {
  const { request, transport } = run;
  const { profile, params, domains } = request;
  run.onResume(null);
  const found = await findSeeds(run);
  if (found) notifyMissing(run, found);
  if (!found || found.seedIds.length === 0) {
    run.enter({ status: 'complete', jobId: null, seedCount: 0, containerCount: 0 });
    return;
  }
  const { seedIds, cacheKey } = found;
  const seedCount = seedIds.length;
  run.onCancel(null);
  run.enter({ status: 'tracing-lineage', job: null, seedCount });
  const lineage = await traceLineage(
    { profile, params, seedIds, cacheKey },
    {
      ...transport,
      ...queuedOptions(run),
      readLineage: run.decoder.readLineage,
      onStatus: (job) => showJob(run, job, { status: 'tracing-lineage', job, seedCount }),
    },
  );
  const scope = { seedCount, containerCount: lineage.containerCount };
  run.onCancel(null);
  run.meter.startStep();
  run.enter({ status: 'running', job: null, ...scope });
  const reader = createRowsReader(run);
  const onBytes = (bytes: number) => run.meter.setBytes(bytes);
  const outcome = await requestEvents(
    { profile, params, domains, seedIds, cacheKey, ...lineage },
    { ...transport, ...sendOptionsOf(run), onBytes, read: reader.read },
  );
  // the 202 of a job is none of the result's bytes
  if (outcome.kind === 'job') run.meter.setBytes(0);
  const received = await receiveOutcome(run, outcome, reader, scope);
  finishTrace(run, received, outcome.kind === 'job' ? outcome.jobId : null, scope);
}
