import type { CompletenessProblem, CompletenessVerdict } from './CompletenessProblem.js';

/** What came of one domain of a stream. */
export interface DomainTally {
  begun: boolean;
  /** Of `domain_start`. */
  total: number | null;
  ended: boolean;
  /** Of `domain_end`. */
  endCount: number | null;
  batches: Set<number>;
  /** Rows taken. */
  received: number;
}

export function createDomainTally(): DomainTally {
  return {
    begun: false,
    total: null,
    ended: false,
    endCount: null,
    batches: new Set(),
    received: 0,
  };
}

/** Newer MSD streams tell a total, and keep the rows: `count` 0 and no batch. */
export function isNotOffered(tally: DomainTally): boolean {
  const { total, endCount, batches } = tally;
  return total !== null && total > 0 && endCount === 0 && batches.size === 0;
}

/** Judges one domain at the end of its stream. */
export function judgeDomain(
  domain: string,
  tally: DomainTally,
  { failed, msd }: { failed: boolean; msd: boolean },
): CompletenessVerdict {
  const { received, total } = tally;
  const problems = missingBatches(domain, tally.batches);
  if (!tally.begun && !failed) problems.push({ kind: 'domain-missing', domain });
  if (tally.begun && !tally.ended && !failed) {
    problems.push({ kind: 'domain-unfinished', domain, received, expected: total });
  }
  if (tally.ended && msd && isNotOffered(tally)) {
    return { problems, notices: [{ kind: 'rows-not-offered', domain, total }] };
  }
  if (tally.ended) problems.push(...countMismatch(domain, tally));
  return { problems, notices: [] };
}

/** Told once, though both `total` and `count` may differ: the total knows of rows never sent. */
function countMismatch(domain: string, tally: DomainTally): CompletenessProblem[] {
  const { received, total, endCount } = tally;
  if (endCount === received && (total === null || total === received)) return [];
  const expected = total !== null && total !== received ? total : endCount;
  return [{ kind: 'count-mismatch', domain, received, expected }];
}

/** Holes below the last batch that came; batches lost behind it show in the counts. */
function missingBatches(domain: string, batches: Set<number>): CompletenessProblem[] {
  const problems: CompletenessProblem[] = [];
  let next = 0;
  for (const batch of [...batches].sort((a, b) => a - b)) {
    if (batch > next) problems.push({ kind: 'batches-missing', domain, from: next, to: batch - 1 });
    next = batch + 1;
  }
  return problems;
}
