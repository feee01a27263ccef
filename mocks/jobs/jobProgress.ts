import type { TraceDomain } from '../../src/protocol/index.js';
import type { JobAttempt } from '../ports.js';
import type { RunnableJob } from './packJob.js';

/** Keeps `pct` of a running job current: the share of its containers that are done, all domains. */
export function createJobProgress(
  { containerIds, domains }: Pick<RunnableJob, 'containerIds' | 'domains'>,
  writer: Pick<JobAttempt, 'updateJob'>,
) {
  const done = new Map<TraceDomain, number>();
  let told = 0;
  return {
    async tell(domain: TraceDomain, containersDone: number): Promise<void> {
      done.set(domain, containersDone);
      const sum = [...done.values()].reduce((a, b) => a + b, 0);
      // 100 is for the finished job alone
      const pct = Math.min(99, Math.floor((100 * sum) / (containerIds.length * domains.length)));
      if (pct <= told) return;
      told = pct;
      await writer.updateJob({ pct: String(pct) });
    },
  };
}

export type JobProgress = ReturnType<typeof createJobProgress>;
