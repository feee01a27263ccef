import type { EventsJob, JobFields, PackedJob } from '../ports.js';

/** A job that waits for a worker, or is taken up by one: plain data. */
export interface QueuedJob {
  job: EventsJob | PackedJob;
  /** Unix time, seconds. */
  createdAt: string;
  /** Who asked for it. */
  client?: string;
  /** Whose it is. */
  owner?: string;
}

/** The fields of a job's hash before anything of it is known; all of them, as it may have expired. */
export function jobFields(
  { job, createdAt, owner }: QueuedJob,
  status: string,
): Partial<JobFields> {
  return {
    profile: job.profile,
    cid_count: String('cidCount' in job ? job.cidCount : job.containerIds.length),
    domains: job.domains.join(','),
    status,
    progress: '',
    pct: '0',
    stage: 'events',
    created_at: createdAt,
    ...(owner !== undefined && { owner }),
  };
}
