import { isJobDead, isJobFinished, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import type { StreamPiece, StreamPieces } from '../http/streamBody.js';
import type { ChunkStore, JobFields } from '../ports.js';
import type { Sleep } from '../sleep.js';
import { checkAttempt } from './resultEnd.js';
import { chunksField, readResultMeta } from './resultMeta.js';
import { line, recordsLine, StreamEndError } from './streamLines.js';
import { restOfResult, streamLegacyResult, type ResultStream } from './streamResult.js';
import { watchJob } from './watchJob.js';

/** A job that is being followed. */
export interface FollowedJob extends ResultStream {
  store: Pick<ChunkStore, 'get' | 'readJob' | 'subscribe'>;
  /** The job as it was when the stream was asked for. */
  fields: Partial<JobFields>;
  sleep: Sleep;
  /** The job's place among those that wait; null where it does not, or nobody can tell. */
  placeOf: () => Promise<number | null>;
}

/**
 * The job as it is now. The first attempt that is seen is the one that is followed.
 * @throws StreamEndError where the job is gone, over without a result, or in another attempt's hands
 */
async function readLiving({ store, jobId, position }: FollowedJob) {
  const { jobNotFound, jobCancelled, jobFailed } = SERVER_ERROR_CODES;
  const fields = await store.readJob(jobId);
  if (!fields) {
    throw new StreamEndError(jobNotFound, 'The job has expired; run the trace again.');
  }
  const { status = 'queued', attempt = '', error } = fields;
  if (status === 'cancelled') throw new StreamEndError(jobCancelled, 'The job was cancelled.');
  if (isJobDead(status)) throw new StreamEndError(jobFailed, error || `The job is ${status}.`);
  checkAttempt(fields, position.attempt);
  position.attempt = attempt;
  return { ...fields, status };
}

/**
 * The next batch of each domain, as far as the attempt has stored it: what stands behind that was
 * left by the one before. A batch is sent once the job was read after it and still was in the same
 * attempt: the next one stores others in its place.
 */
async function* storedBatches(
  job: FollowedJob,
  domains: readonly string[],
  fields: Partial<JobFields>,
): AsyncGenerator<StreamPiece, boolean, void> {
  let isAny = false;
  for (const domain of domains) {
    job.end.throwIfAborted();
    const at = job.position.of(domain);
    if (at.batches >= Number(fields[chunksField(domain)] ?? 0)) continue;
    const chunk = await job.chunks.read(domain, at.batches);
    if (!chunk) continue;
    await readLiving(job);
    if (!at.begun) yield line({ type: 'domain_start', domain, total: null });
    at.begun = true;
    yield* recordsLine(domain, chunk, job.position);
    isAny = true;
  }
  return isAny;
}

/** Makes a `progress` line wherever it says something new: a job that waits tells its place. */
function createProgress({ position: at, placeOf }: FollowedJob) {
  let told = '';
  return async ({ status, pct = '0', stage }: Partial<JobFields>): Promise<string[]> => {
    const isQueued = status === 'queued';
    const position = isQueued ? await placeOf() : null;
    if (isQueued && position === null) return [];
    const progress = isQueued ? { stage: status, position } : { stage };
    const message = { type: 'progress', pct: Number(pct), rows: at.rows, ...progress };
    const step = `${pct} ${message.stage} ${position}`;
    if (step === told) return [];
    told = step;
    return [line(message)];
  };
}

async function* followUntilFinished(job: FollowedJob, domains: readonly string[]): StreamPieces {
  const progressOf = createProgress(job);
  const watch = watchJob(job.store, job.jobId, job.sleep, job.end);
  try {
    for (;;) {
      const fields = await readLiving(job);
      if (isJobFinished(fields.status)) return;
      yield* await progressOf(fields);
      if (!(yield* storedBatches(job, domains, fields))) await watch.changed();
    }
  } finally {
    watch.end();
  }
}

/**
 * The stream of a job that is still at work: each batch as soon as it is stored, and what a finished
 * result has besides once the job has finished; all of it then where it was stored as a whole.
 * @throws StreamEndError where the job ends without a result, or begins anew
 */
export async function* followResult(job: FollowedJob): StreamPieces {
  const { jobId, store } = job;
  const { profile, domains: names = '' } = job.fields;
  const domains = names === '' ? [] : names.split(',');
  yield line({ type: 'meta', job_id: jobId, profile, domains });
  yield* followUntilFinished(job, domains);
  const meta = await readResultMeta(store, jobId);
  if (meta) return yield* restOfResult(meta, job);
  const legacy = await store.get(jobId, 'result');
  if (!legacy) {
    const message = 'The result of this job is no longer stored; run the trace again.';
    throw new StreamEndError(SERVER_ERROR_CODES.jobResultExpired, message);
  }
  yield* streamLegacyResult(legacy);
}
