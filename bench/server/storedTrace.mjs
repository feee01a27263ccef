import { finished, startJob } from '../traceOverHttp.mjs';
import { startBackend } from './startBackend.mjs';

const JOB_POLL_MS = 200;

/**
 * A backend on Redis that holds the result of one trace over the synthetic factory; the worker that
 * made it is gone.
 */
export async function storedTrace(containers, encoding, more = {}) {
  const env = {
    TRACE_SYNTHETIC_CONTAINERS: String(containers),
    TRACE_CHUNK_ENCODING: encoding,
    ...more,
  };
  const backend = await startBackend({ env });
  try {
    const job = await startJob(backend.server.url);
    await finished(job, JOB_POLL_MS);
    await backend.workers[0].stop();
    return { ...backend, ...job, stop: backend.stop };
  } catch (error) {
    await backend.stop();
    throw error;
  }
}
