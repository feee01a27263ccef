import { isJobFinished, SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from '../http/ApiError.js';
import type { JobFields } from '../ports.js';
import { readResultMeta, type ResultMeta } from '../results/resultMeta.js';
import type { TraceAppContext } from './TraceAppContext.js';

/** A result: its meta, or the whole of a legacy one. */
export type StoredResult = { meta: ResultMeta } | { legacy: Uint8Array };

/**
 * The fields of a job that the request may have. One that is denied differs in nothing from one that
 * does not exist, whose store is asked as well, and whose caller.
 * @throws ApiError 404
 */
export async function readFields(
  { store, ownerOf, authorize }: Pick<TraceAppContext, 'store' | 'ownerOf' | 'authorize'>,
  request: Request,
  jobId: string,
): Promise<Partial<JobFields>> {
  const caller = await ownerOf(request, jobId);
  const fields = await store.readJob(jobId);
  if (fields) {
    const { owner = null, profile, status } = fields;
    const verdict = await authorize(request, { jobId, owner, caller, profile, status });
    if (verdict === true || verdict === 'allow') return fields;
  }
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
