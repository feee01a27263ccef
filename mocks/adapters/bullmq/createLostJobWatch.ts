import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { isJobDead, isJobFinished } from '../../../src/protocol/index.js';
import type { Log } from '../../log.js';
import type { ChunkStore } from '../../ports.js';

/** A job may be unknown to the queue for so long while it is being queued, ms. */
const GRACE_MS = 5_000;

export interface LostJobWatchOptions {
  redis: Redis;
  queue: Pick<Queue, 'getJobState'>;
  store: ChunkStore;
  /** The hash of open jobs. */
  openKey: string;
  log: Log;
  now?: () => number;
}

/**
 * Finds jobs that the queue has forgotten and nobody has ended: a Redis that was killed may have kept
 * the one and not the other, and a queue entry may have failed on its own. Renews those that wait.
 * Each call looks once.
 */
export function createLostJobWatch(options: LostJobWatchOptions) {
  const { redis, queue, store, openKey, log, now = Date.now } = options;
  const missingSince = new Map<string, number>();

  /** Whether nothing more is to be done for the job. */
  async function isSettled(jobId: string): Promise<boolean> {
    const state = await queue.getJobState(jobId);
    const fields = await store.readJob(jobId);
    const { status = '' } = fields ?? {};
    if (isJobFinished(status) || isJobDead(status)) return state === 'unknown';
    if (state !== 'unknown' && state !== 'failed' && state !== 'completed') {
      missingSince.delete(jobId);
      // no fields change, but what waits for its turn does not expire meanwhile
      if (state === 'waiting' && fields) await store.createJob(jobId, {});
      return false;
    }
    const since = missingSince.get(jobId) ?? now();
    missingSince.set(jobId, since);
    if (now() - since < GRACE_MS) return false;
    if (!fields) return true;
    const error = 'The queue has lost this job; run the trace again.';
    await store.endJob(jobId, { status: 'failed', error, completed_at: String(now() / 1000) });
    log('error', 'Job failed.', { jobId, error });
    return true;
  }

  return async function look(): Promise<void> {
    for (const jobId of await redis.hkeys(openKey)) {
      if (!(await isSettled(jobId))) continue;
      missingSince.delete(jobId);
      await redis.hdel(openKey, jobId);
    }
  };
}
