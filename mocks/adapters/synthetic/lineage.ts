import type { LineageEdge, LineageNode } from '../../../src/protocol/index.js';
import { nextTask } from '../../nextTask.js';
import type { LineageGraph, LineageQuery } from '../../ports.js';
import type { Factory, Lot } from './factory.js';
import { FAMILY_SIZE, isMerge, parentMask, withAncestors, withDescendants } from './family.js';
import { lotName, waferLotName, workOrderName } from './names.js';

const NODE_TYPES = ['WAFER', 'LOT', 'LOT', 'SERIAL'];

/** Lineage never leaves a family: each asked family is one bit mask, closed by one pass over it. */
export async function fetchLineage(
  factory: Factory,
  { containerIds, direction, signal }: LineageQuery,
): Promise<LineageGraph> {
  const masks = askedMasks(factory, containerIds);
  const graph: LineageGraph = { nodes: [], edges: [] };
  let done = 0;
  for (const [family, asked] of masks) {
    if (done++ % 1000 === 0) await nextTask(signal);
    const hash = factory.familyHash(family);
    const mask =
      direction === 'forward'
        ? withDescendants(hash, asked, factory.familySize(family))
        : withAncestors(hash, asked);
    addFamily(factory, family, mask, graph);
  }
  signal?.throwIfAborted();
  return graph;
}

function askedMasks(factory: Factory, containerIds: readonly string[]): Map<number, number> {
  const masks = new Map<number, number>();
  for (const id of containerIds) {
    const index = factory.indexOfId(id);
    if (index < 0) continue;
    const family = Math.floor(index / FAMILY_SIZE);
    masks.set(family, (masks.get(family) ?? 0) | (1 << (index % FAMILY_SIZE)));
  }
  return masks;
}

function addFamily(factory: Factory, family: number, mask: number, graph: LineageGraph): void {
  const ids: string[] = [];
  for (let position = 0; position < factory.familySize(family); position++) {
    if (!(mask & (1 << position))) continue;
    const lot = factory.lotAt(family * FAMILY_SIZE + position);
    ids[position] = lot.id;
    graph.nodes.push(nodeOf(lot));
    addEdges(lot, mask & parentMask(lot.familyHash, position), ids, graph.edges);
  }
}

function addEdges(lot: Lot, parents: number, ids: readonly string[], edges: LineageEdge[]): void {
  for (let parent = 0; parent < lot.position; parent++) {
    if (!(parents & (1 << parent))) continue;
    edges.push({
      from_cid: ids[parent] as string,
      to_cid: lot.id,
      edge_type: isMerge(lot.position, parent) ? 'merge_source' : 'split_from',
    });
  }
}

function nodeOf(lot: Lot): LineageNode {
  return {
    container_id: lot.id,
    container_name: lotName(lot),
    mfgorder_name: workOrderName(lot),
    wafer_lot: waferLotName(lot.family),
    node_type: NODE_TYPES[lot.level] as string,
  };
}
