import { createSource } from '../dist-server/createSource.js';
import { MSD_PARAMS } from './traceOverHttp.mjs';
import { tableChecksum } from './tableChecksum.mjs';

/** The containers of the trace: the seeds, then the ancestors of each, breadth first. */
async function containersOf(source) {
  const profile = 'mid_section_defect';
  const { seeds } = await source.resolveSeeds({ profile, params: MSD_PARAMS });
  const ids = new Set(seeds.map((seed) => seed.container_id));
  const { edges } = await source.fetchLineage({ containerIds: [...ids], direction: 'backward' });
  const parents = new Map();
  for (const { from_cid: parent, to_cid: child } of edges) {
    const known = parents.get(child);
    if (known) known.push(parent);
    else parents.set(child, [parent]);
  }
  for (const { container_id: seed } of seeds) {
    const reached = new Set([seed]);
    for (const id of reached) for (const parent of parents.get(id) ?? []) reached.add(parent);
    for (const id of reached) ids.add(id);
  }
  return [...ids];
}

/**
 * What `pageChecksums` must give for an MSD trace backward over a whole synthetic factory, made
 * from the factory itself, with no server, wire or client between.
 * @param {number} containers
 * @param {readonly string[]} domains
 * @returns {Promise<Record<string, string>>}
 */
export async function sourceChecksums(containers, domains) {
  const source = createSource({ kind: 'synthetic', containers, seed: 1 });
  const ids = await containersOf(source);
  const sums = {};
  for (const domain of domains) {
    let hash;
    let total = 0;
    for await (const batch of source.fetchEvents(ids, domain, { batchSize: 5_000 })) {
      const rows = batch.rows();
      const columns = Object.keys(rows[0]);
      hash = tableChecksum(rows.length, columns, (row, column) => rows[row][column], hash);
      total += rows.length;
    }
    sums[domain] = `${total} rows, ${hash}`;
  }
  return sums;
}
