import { MSD_PARAMS } from '../traceOverHttp.mjs';

const PROFILE = 'mid_section_defect';
const DOMAINS = ['upstream_history', 'materials'];

function walk(parents, seed) {
  const seen = new Set([seed]);
  // a Set grows while it is walked
  for (const id of seen) for (const parent of parents.get(id) ?? []) seen.add(parent);
  seen.delete(seed);
  return [...seen];
}

/**
 * The events request of an MSD trace over the whole synthetic factory, as a client makes it of the
 * stages before.
 * @param {number} containers
 */
export async function msdRequest(containers) {
  const { createSource } = await import('../../dist-server/createSource.js');
  const source = createSource({ kind: 'synthetic', containers, seed: 1 });
  const { seeds } = await source.resolveSeeds({ profile: PROFILE, params: MSD_PARAMS });
  const seedIds = seeds.map((seed) => seed.container_id);
  const graph = await source.fetchLineage({ containerIds: seedIds, direction: 'backward' });
  const names = new Map(graph.nodes.map((node) => [node.container_id, node.container_name]));
  const parents = new Map();
  for (const { from_cid: from, to_cid: to } of graph.edges) {
    if (parents.has(to)) parents.get(to).push(from);
    else parents.set(to, [from]);
  }
  const ids = new Set(seedIds);
  const ancestors = {};
  const seedRoots = {};
  for (const seed of seedIds) {
    ancestors[seed] = walk(parents, seed);
    for (const id of ancestors[seed]) ids.add(id);
    seedRoots[seed] = names.get([seed, ...ancestors[seed]].find((id) => !parents.has(id)));
  }
  return {
    profile: PROFILE,
    params: MSD_PARAMS,
    container_ids: [...ids],
    seed_container_ids: seedIds,
    domains: DOMAINS,
    lineage: { ancestors, seed_roots: seedRoots },
  };
}
