import { type BatchPlace, BatchPieces, type FoundPiece, type Hole } from './BatchPieces.js';
import type { CompletenessProblem, CompletenessVerdict } from './CompletenessProblem.js';
import { type MessageHeader, wholeNumber } from './messageHeader.js';

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
  /** The batches with rows, as they lie in the table. */
  pieces: BatchPieces;
  /** Rows behind those of all batches, which pages brought. */
  tail: number;
  /** Batches that a stream read from its beginning will bring once more; null while none is. */
  again: Set<number> | null;
}

export function createDomainTally(): DomainTally {
  return {
    begun: false,
    total: null,
    ended: false,
    endCount: null,
    batches: new Set(),
    received: 0,
    pieces: new BatchPieces(),
    tail: 0,
    again: null,
  };
}

/** Takes note of a `domain_start` or `domain_end`; false where it may not stand there. */
export function markDomain(tally: DomainTally, { type, total, count }: MessageHeader): boolean {
  const starts = type === 'domain_start';
  if (tally.ended || (starts && tally.begun)) return false;
  if (starts) {
    tally.begun = true;
    tally.total = wholeNumber(total);
  } else {
    tally.ended = true;
    tally.endCount = wholeNumber(count);
    tally.again = null;
  }
  return true;
}

/** Takes note of such a line that comes once more; false where it tells another total than before. */
export function markAgain(tally: DomainTally, { type, total, count }: MessageHeader): boolean {
  if (type === 'domain_start') {
    const told = wholeNumber(total);
    // of a job that was followed nobody knew the total before
    tally.total ??= told;
    return told === null || tally.total === told;
  }
  if (type === 'domain_end' && tally.again) {
    tally.endCount = wholeNumber(count);
    tally.again = null;
  }
  return true;
}

/** Takes note of a batch of so many rows; null where its place is behind all others. */
export function addBatch(
  tally: DomainTally,
  batch: number,
  { rows, isDoubtful }: { rows: number; isDoubtful: boolean },
): BatchPlace | null {
  // it is as good as missing
  if (rows === 0 && isDoubtful) return null;
  tally.batches.add(batch);
  tally.received += rows;
  // a table keeps no chunk without rows
  return rows === 0 ? null : tally.pieces.add(batch, rows, isDoubtful);
}

/** Whether pages brought the rows of a batch that has not come: those behind all others. */
export function isInTail({ tail, pieces }: DomainTally, batch: number): boolean {
  return tail > 0 && pieces.behind(batch) === pieces.list.length;
}

/** Takes a batch, whose rows were in doubt, anew. */
export function replaceBatch(
  tally: DomainTally,
  { at, piece }: FoundPiece,
  rows: number,
): BatchPlace {
  tally.pieces.remove(at);
  tally.received -= piece.rows;
  addBatch(tally, piece.batch, { rows, isDoubtful: false });
  return { at, removed: 1 };
}

/** Pages brought the rows of a hole, in so many chunks. */
export function fillHole(
  tally: DomainTally,
  { from, to, rows }: Hole,
  chunks: readonly number[],
): BatchPlace {
  // what is there makes way: rows in doubt, or of unknown places
  for (const { batch, rows: old } of tally.pieces.list) {
    if (batch >= from && batch <= to) tally.received -= old;
  }
  for (let batch = from; batch <= to; batch++) tally.batches.add(batch);
  tally.received += rows;
  return tally.pieces.fill(from, to, chunks);
}

/** Whether nothing is known to be missing of a domain, and its end was told. */
export function isWholeDomain(tally: DomainTally, msd: boolean): boolean {
  const isSound = !tally.pieces.list.some(({ isDoubtful }) => isDoubtful);
  return isSound && judgeDomain('', tally, { failed: false, msd }).problems.length === 0;
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

/** There are rows, or should be. */
export function isTold(tallies: ReadonlyMap<string, DomainTally>): boolean {
  return [...tallies.values()].some(({ total, received }) => received > 0 || (total ?? 0) > 0);
}
