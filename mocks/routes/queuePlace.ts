import { errorFields } from '../log.js';
import type { TraceAppContext } from './TraceAppContext.js';

/** A job's place among those that wait; a queue that cannot tell it does not cost the answer. */
export async function queuePlace(
  { queue, log }: Pick<TraceAppContext, 'queue' | 'log'>,
  jobId: string,
): Promise<number | null> {
  try {
    return (await queue?.position(jobId)) ?? null;
  } catch (error) {
    log('warning', 'The queue could not tell the place of a job.', {
      jobId,
      ...errorFields(error),
    });
    return null;
  }
}
