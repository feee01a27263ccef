import type { LineageAnswer, TraceDirection } from '../protocol/index.js';

/** Ids trimmed, each once, in their order; blanks and what is no text are dropped. */
export function cleanIds(ids: Iterable<unknown>): string[] {
  const clean = new Set<string>();
  for (const id of ids) {
    const trimmed = typeof id === 'string' ? id.trim() : '';
    if (trimmed !== '') clean.add(trimmed);
  }
  return [...clean];
}

/**
 * The containers whose events a trace asks for, each once: the seeds first; backward, all their
 * ancestors; forward, all their descendants, breadth first. Linear in the lineage; a lineage that
 * runs in a circle ends.
 */
export function collectContainerIds(
  seedIds: readonly string[],
  lineage: Pick<LineageAnswer, 'ancestors' | 'children_map'>,
  direction: TraceDirection,
): string[] {
  const seeds = cleanIds(seedIds);
  const collected = new Set(seeds);
  const relatives = direction === 'backward' ? lineage.ancestors : lineage.children_map;
  // A Set yields what is added while it is walked: forward, it is the queue of the breadth-first
  // search. Backward each list already holds all ancestors of its seed.
  for (const id of direction === 'backward' ? seeds : collected) {
    for (const relative of relativesOf(relatives, id)) collected.add(relative);
  }
  return [...collected];
}

function relativesOf(relatives: Record<string, string[]> | undefined, id: string): string[] {
  // An id may be called "constructor": what an object inherits is no list.
  const list: unknown = relatives?.[id];
  return Array.isArray(list) ? cleanIds(list) : [];
}
