import { isJobFinished, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import type { JobFields } from '../ports.js';
import { readResultMeta, type ResultMeta } from '../results/resultMeta.js';
import type { TraceAppContext } from './TraceAppContext.js';

/** A result: its meta, or the whole of a legacy one. */
export type StoredResult = { meta: ResultMeta } | { legacy: Uint8Array };

export async function readFields(
  context: TraceAppContext,
  jobId: string,
): Promise<Partial<JobFields>> {
  const fields = await context.store.readJob(jobId);
  if (fields) return fields;
  throw new ApiError(
    404,
    SERVER_ERROR_CODES.jobNotFound,
    'There is no such job, or it has expired; run the trace again.',
  );
}

/** The result of a job with these fields. @throws ApiError 409 unless it has finished, 404 */
export async function readResult(
  context: TraceAppContext,
  jobId: string,
  { status = 'queued' }: Partial<JobFields>,
): Promise<StoredResult> {
  if (!isJobFinished(status)) {
    throw new ApiError(
      409,
      SERVER_ERROR_CODES.jobNotComplete,
      `The job is ${status}; its result can be read once it has finished.`,
      { job_status: status },
    );
  }
  const meta = await readResultMeta(context.store, jobId);
  if (meta) return { meta };
  const legacy = await context.store.get(jobId, 'result');
  if (legacy) return { legacy };
  throw new ApiError(
    404,
    SERVER_ERROR_CODES.jobResultExpired,
    'The result of this job is no longer stored; run the trace again.',
  );
}
