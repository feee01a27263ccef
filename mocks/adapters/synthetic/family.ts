import { roll } from './hash.js';

/** Containers that descend from one wafer lot, that one included. */
export const FAMILY_SIZE = 20;

/** A wafer lot (0), its splits (1–4), their sublots (5–12) and the final lots (13–19). */
export type Level = 0 | 1 | 2 | 3;

const FIRST_SUBLOT = 5;
const SUBLOTS = 8;
const FIRST_FINAL = 13;
const LAST = FAMILY_SIZE - 1;
const EXTRA_MERGE = 101;

export function levelOf(position: number): Level {
  if (position === 0) return 0;
  if (position < FIRST_SUBLOT) return 1;
  return position < FIRST_FINAL ? 2 : 3;
}

/**
 * The parents of a position as a bit mask over the positions of its family. Parents always stand
 * before their children, so that one pass over the positions finds all ancestors or descendants.
 */
export function parentMask(familyHash: number, position: number): number {
  if (position === 0) return 0;
  if (position < FIRST_SUBLOT) return 1;
  if (position < FIRST_FINAL) return 1 << (1 + ((position - FIRST_SUBLOT) >> 1));
  if (position === LAST) return (1 << (FIRST_FINAL - 2)) | (1 << (FIRST_FINAL - 1));
  const main = 1 << splitParent(position);
  const hash = roll(familyHash, EXTRA_MERGE, position);
  return hash % 12 === 0 ? main | (1 << (FIRST_SUBLOT + ((hash >>> 8) % SUBLOTS))) : main;
}

/** Whether a final lot took this parent in by a merge; all other edges are splits. */
export function isMerge(position: number, parent: number): boolean {
  return position === LAST || (position >= FIRST_FINAL && parent !== splitParent(position));
}

function splitParent(finalPosition: number): number {
  return finalPosition - FIRST_FINAL + FIRST_SUBLOT;
}

/** Adds all ancestors, staying in the family. */
export function withAncestors(familyHash: number, mask: number): number {
  let all = mask;
  for (let position = LAST; position > 0; position--) {
    if (all & (1 << position)) all |= parentMask(familyHash, position);
  }
  return all;
}

/** Adds all descendants among the first `size` positions. */
export function withDescendants(familyHash: number, mask: number, size: number): number {
  let all = mask;
  for (let position = 1; position < size; position++) {
    if (all & parentMask(familyHash, position)) all |= 1 << position;
  }
  return all;
}

/** Whether a position has no descendant among the first `size`: a final lot of the factory. */
export function isLeafPosition(familyHash: number, position: number, size: number): boolean {
  if (size === FAMILY_SIZE) return position >= FIRST_FINAL;
  const mask = 1 << position;
  return withDescendants(familyHash, mask, size) === mask;
}
