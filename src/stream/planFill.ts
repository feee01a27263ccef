import type { Hole, Piece } from './BatchPieces.js';
import type { DomainTally } from './domainTally.js';

/** What must be fetched for a domain to be whole. */
export interface FillPlan {
  holes: Hole[];
  /** Rows of the result up to the end of the last batch; behind them all others are missing. */
  tail: number;
}

/** Most rows of a request that fills a hole. */
export const MOST_HOLE_ROWS = 5000;
/** A server that misses more batches in the middle has none to give. */
const MOST_MISSING = 100_000;

/**
 * Rows of a full batch: all but the last one of a domain are. Null where nothing tells, or where
 * batches are not as they should be: places of rows are then not known. `hint` is the size in another
 * domain, which decides where both that of a full batch and that of a last one are possible.
 */
export function batchSizeOf(tally: DomainTally, hint: number | null = null): number | null {
  // a batch without rows has no place of its own
  return hasEmptyBatch(tally) ? null : evenSizeOf(tally, hint);
}

/** As `batchSizeOf`, of the batches that have rows. */
function evenSizeOf({ pieces, total }: DomainTally, hint: number | null): number | null {
  const isWhole = ({ span, isDoubtful }: Piece, next: Piece | undefined) =>
    span === 1 && !isDoubtful && next?.span !== 0;
  const own = pieces.list.filter((piece, i, all) => isWhole(piece, all[i + 1]));
  const last = pieces.list.at(-1);
  const full = own.filter((piece) => piece !== last);
  const size = full[0]?.rows;
  if (size !== undefined) {
    const isEven = full.every(({ rows }) => rows === size);
    return isEven && isLastInPlace(own.at(-1)!, size, total) ? size : null;
  }
  const only = own[0];
  if (!only || total === null) return null;
  // the only one of its domain may be any part of a full one
  if (only.batch === 0) return only.rows < total ? only.rows : null;
  const isInside = (only.batch + 1) * only.rows <= total;
  const whole = (total - only.rows) / only.batch;
  const isAtEnd = Number.isInteger(whole) && whole > only.rows;
  const possible = [...(isInside ? [only.rows] : []), ...(isAtEnd ? [whole] : [])];
  if (possible.length === 1) return possible[0]!;
  return hint !== null && possible.includes(hint) ? hint : null;
}

/** A batch that is not full is the last one of its domain. */
function isLastInPlace(
  { batch, rows }: { batch: number; rows: number },
  size: number,
  total: number | null,
): boolean {
  if (rows > size) return false;
  const end = batch * size + rows;
  return total === null || (rows === size ? end <= total : end === total);
}

/**
 * Which rows of a domain are missing: all that lie between its batches, in pieces of at most 5000 rows
 * unless a batch has more, and all behind them. Where places are not known, what came behind the first
 * hole makes way, as where it was found that batches that are missing had other sizes (`areEven` false).
 * Null where the total is not known either.
 */
export function planFill(
  tally: DomainTally,
  hint: number | null = null,
  areEven = true,
): FillPlan | null {
  const size = areEven ? batchSizeOf(tally, hint) : null;
  const { pieces, batches, received, total } = tally;
  const doubtful = pieces.list.filter(({ isDoubtful }) => isDoubtful).map(({ batch }) => batch);
  let last = -1;
  for (const batch of batches) last = Math.max(last, batch);
  const hasPrefix = isPrefix(tally, hint);
  const isGapless = doubtful.length === 0 && batches.size === last + 1 && !hasEmptyBatch(tally);
  if (isGapless && hasPrefix) return { holes: [], tail: received };
  if (total === null || last - batches.size > MOST_MISSING) return null;
  if (size === null || last * size >= total) return planAnew(tally, last, hasPrefix);
  const isThere = (batch: number) => batches.has(batch) && !doubtful.includes(batch);
  const step = Math.floor(MOST_HOLE_ROWS / size);
  const holes: Hole[] = [];
  for (let batch = 0; batch <= last; batch++) {
    if (isThere(batch)) continue;
    const open = holes.at(-1);
    if (open?.to === batch - 1 && batch - open.from < step) open.to = batch;
    else holes.push({ from: batch, to: batch, offset: batch * size, rows: 0 });
  }
  for (const hole of holes) {
    hole.rows = Math.min(total, (hole.to + 1) * size) - hole.offset;
  }
  return { holes, tail: Math.min(total, (last + 1) * size) + tally.tail };
}

/**
 * Whether what came are the first rows of the domain: where its end was told, and batches differ in size,
 * what is missing may have been left out of any of them.
 */
function isPrefix(tally: DomainTally, hint: number | null): boolean {
  const { ended, pieces, tail } = tally;
  return !ended || pieces.list.length < 2 || tail > 0 || evenSizeOf(tally, hint) !== null;
}

/** Places are not known: all behind the first hole is fetched, and takes the place of what came. */
function planAnew(tally: DomainTally, last: number, hasPrefix: boolean): FillPlan | null {
  const { from, rows: offset } = hasPrefix ? prefixOf(tally) : { from: 0, rows: 0 };
  const total = tally.total!;
  if (tally.tail > 0 || offset >= total) return null;
  return { holes: [{ from, to: last, offset, rows: total - offset }], tail: total };
}

/** The batches up to the first hole: the number of the next one, and their rows. */
function prefixOf({ pieces }: DomainTally): { from: number; rows: number } {
  let rows = 0;
  let from = 0;
  for (const { batch, span, rows: own, isDoubtful } of pieces.list) {
    if (isDoubtful || (span > 0 && batch !== from)) break;
    rows += own;
    from += span;
  }
  return { from, rows };
}

function hasEmptyBatch({ pieces, batches }: DomainTally): boolean {
  let spans = 0;
  for (const { span } of pieces.list) spans += span;
  return spans !== batches.size;
}

/** A row of the table, and its place in the result. */
export interface Probe {
  offset: number;
  /** Chunk of the table, and row in there. */
  at: number;
  row: number;
}

/** A row by which a result is known again: the last one before the first hole, else the first there is. */
export function probeOf(tally: DomainTally, hint: number | null = null): Probe | null {
  const { list } = tally.pieces;
  if (list[0]?.batch === 0 && !isPrefix(tally, hint)) return { offset: 0, at: 0, row: 0 };
  const rows = list.length === 0 ? tally.tail : prefixOf(tally).rows;
  if (rows > 0) return { offset: rows - 1, at: 0, row: rows - 1 };
  const size = batchSizeOf(tally, hint);
  const at = list.findIndex(({ isDoubtful }) => !isDoubtful);
  return size === null || at < 0 ? null : { offset: list[at]!.batch * size, at, row: 0 };
}

/** The first row behind each hole, which is at its place only where the hole was as large as is thought. */
export function probesBehind({ pieces }: DomainTally, holes: readonly Hole[]): Probe[] {
  return holes.flatMap(({ to, offset, rows }) => {
    const at = pieces.behind(to);
    const piece = pieces.list[at];
    const isNext = piece?.batch === to + 1 && !piece.isDoubtful;
    return isNext ? [{ offset: offset + rows, at, row: 0 }] : [];
  });
}
