import { createAggregator } from '../aggregation/index.js';
import type { DetectionRow, EventsJob, TraceSource } from '../ports.js';

/** What makes the figures of an MSD trace from its batches; null for other profiles. */
export async function prepareAggregation(
  job: Omit<EventsJob, 'jobId'>,
  source: TraceSource,
  signal: AbortSignal,
): Promise<ReturnType<typeof createAggregator> | null> {
  if (job.profile !== 'mid_section_defect') return null;
  const { params, seedContainerIds, ancestors, seedRoots } = job;
  const detection: DetectionRow[] = [];
  const station = params.station ?? '測試';
  const query = { containerIds: seedContainerIds, station, signal };
  for await (const rows of source.fetchDetection(query)) {
    for (const row of rows) detection.push(row);
  }
  return createAggregator({ params, seedContainerIds, ancestors, seedRoots, detection });
}
