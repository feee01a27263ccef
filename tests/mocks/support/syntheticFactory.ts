import type { LineageGraph, TraceSource } from '../../../mocks/ports.js';
import type { Seed, TraceDomain, TraceParams, TraceRow } from '../../../src/protocol/index.js';

/** The lots that an MSD trace by date starts from; of all days unless the parameters say otherwise. */
export async function detectedSeeds(
  source: TraceSource,
  params: TraceParams = {},
): Promise<Seed[]> {
  const query = {
    profile: 'mid_section_defect',
    params: { mode: 'date_range', ...params },
  } as const;
  return (await source.resolveSeeds(query)).seeds;
}

/** The lineage backward of all final lots: the whole factory. */
export async function wholeLineage(source: TraceSource): Promise<LineageGraph> {
  const seeds = await detectedSeeds(source);
  const containerIds = seeds.map((seed) => seed.container_id);
  return source.fetchLineage({ containerIds, direction: 'backward' });
}

/** All container ids of a factory, in the order of its numbers. */
export async function allContainerIds(source: TraceSource): Promise<string[]> {
  return (await wholeLineage(source)).nodes.map((node) => node.container_id);
}

export async function everyRow(
  source: TraceSource,
  ids: readonly string[],
  domain: TraceDomain,
): Promise<TraceRow[]> {
  const rows: TraceRow[] = [];
  for await (const batch of source.fetchEvents(ids, domain, { batchSize: 5000 })) {
    rows.push(...batch.rows());
  }
  return rows;
}

/** Container id → its parents. */
export function parentsOf({ edges }: LineageGraph): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const { from_cid, to_cid } of edges) {
    parents.set(to_cid, [...(parents.get(to_cid) ?? []), from_cid]);
  }
  return parents;
}

/** All that can be reached from a container by a map of neighbours, itself left out. */
export function reachable(from: string, next: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const neighbour of next.get(id) ?? []) {
      if (!found.has(neighbour)) open.push(neighbour);
      found.add(neighbour);
    }
  }
  return [...found];
}
