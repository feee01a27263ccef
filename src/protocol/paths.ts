/** Paths of the three stages; everything else is reached by the URLs that the answers name. */
export const STAGE_PATHS = {
  seedResolve: '/api/trace/seed-resolve',
  lineage: '/api/trace/lineage',
  events: '/api/trace/events',
} as const;

/** The status URL of a job of ours. */
export function jobPath(jobId: string): string {
  return `/api/trace/job/${jobId}`;
}
