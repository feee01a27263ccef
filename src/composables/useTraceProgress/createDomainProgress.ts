import type { TraceMeter } from './createTraceMeter.js';

/** How far the receiving of a result's domains has come, as far as they told their totals. */
export interface DomainProgress {
  /** So many domains will come. */
  announce(domains: number): void;
  /** `rows` of the domain are there already. @default 0 */
  begin(domain: string, total: number, rows?: number): void;
  add(domain: string, rows: number): void;
}

/** Counts the rows of a job that is followed: its percent comes from the server, its total at the end. */
export function createFollowedProgress(meter: TraceMeter): DomainProgress {
  return {
    announce: () => undefined,
    begin: () => undefined,
    add: (_domain, rows) => meter.addRows(rows),
  };
}

/**
 * Keeps a meter's rows, total and percent. Each domain counts alike in the percent: how many rows
 * the later ones have is told when they begin, and the total is known once all of them have.
 */
export function createDomainProgress(meter: TraceMeter, domains: number): DomainProgress {
  let expected = domains;
  const begun = new Map<string, { rows: number; total: number }>();

  function publish(): void {
    const all = [...begun.values()];
    const shares = all.map(({ rows, total }) => (total > 0 ? rows / total : 1));
    const done = shares.reduce((sum, share) => sum + share, 0);
    meter.setPercent((100 * done) / Math.max(1, expected, all.length));
    if (all.length >= expected) meter.setTotal(all.reduce((sum, { total }) => sum + total, 0));
  }
  return {
    announce: (count) => void (expected = count),
    begin(domain, total, rows = 0) {
      begun.set(domain, { rows, total });
      publish();
    },
    add(domain, rows) {
      meter.addRows(rows);
      const known = begun.get(domain);
      if (!known) return;
      known.rows += rows;
      publish();
    },
  };
}
