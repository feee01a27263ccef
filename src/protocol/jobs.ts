export const JOB_STATUSES = [
  'queued',
  'started',
  'running',
  'finished',
  'completed',
  'failed',
  'abandoned',
  'cancelled',
] as const;
export type JobStatusName = (typeof JOB_STATUSES)[number];

/** The answer of `GET {status_url}`. */
export interface JobStatus {
  job_id: string;
  status: JobStatusName | (string & {});
  profile?: string;
  cid_count?: number;
  domains?: string[];
  /** Text for people: "", fetching events, building response, complete. */
  progress?: string;
  /** 0 to 100. */
  pct?: number;
  stage?: string;
  /** Unix time, seconds. */
  created_at?: number | string;
  elapsed_seconds?: number;
  error?: string | null;
  /** Ours: `DELETE {status_url}` is understood. */
  cancel?: boolean;
  /** Ours: `GET {stream_url}?follow=1` sends rows while the job is at work. */
  follow?: boolean;
  /** Ours, of a job that waits for a worker: its place among those that do, from 1. */
  position?: number;
}

/** True once the result of a job can be read. */
export function isJobFinished(status: string): boolean {
  return status === 'finished' || status === 'completed';
}

/** True for a job that ended without a result. */
export function isJobDead(status: string): boolean {
  return status === 'failed' || status === 'abandoned' || status === 'cancelled';
}
