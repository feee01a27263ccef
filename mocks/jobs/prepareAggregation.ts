import { createAggregator, createDetectionReader } from '../aggregation/index.js';
import type { TraceSource } from '../ports.js';
import type { RunnableJob } from './packJob.js';

/** What makes the figures of an MSD trace from its batches; null for other profiles. */
export async function prepareAggregation(
  job: Omit<RunnableJob, 'jobId'>,
  source: TraceSource,
  signal: AbortSignal,
): Promise<ReturnType<typeof createAggregator> | null> {
  if (job.profile !== 'mid_section_defect') return null;
  const { params, seedContainerIds, ancestors, seedRoots } = job;
  const detection = createDetectionReader({ params, seedContainerIds });
  const station = params.station ?? '測試';
  const query = { containerIds: seedContainerIds, station, signal };
  for await (const rows of source.fetchDetection(query)) detection.add(rows);
  return createAggregator({ params, ancestors, seedRoots, detection: detection.finish() });
}
