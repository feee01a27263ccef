import type { LineageNode } from '../../src/protocol/index.js';
import type { LineageGraph } from '../ports.js';

/** A lineage that can be walked both ways. */
export interface LineageIndex {
  nodes: Map<string, LineageNode>;
  parents: Map<string, string[]>;
  children: Map<string, string[]>;
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

export function indexLineage({ nodes, edges }: LineageGraph): LineageIndex {
  const index: LineageIndex = { nodes: new Map(), parents: new Map(), children: new Map() };
  for (const node of nodes) index.nodes.set(node.container_id, node);
  for (const { from_cid: from, to_cid: to } of edges) {
    append(index.parents, to, from);
    append(index.children, from, to);
  }
  return index;
}

/** What can be reached from `start` over `next`, breadth first, `start` itself left out. */
export function reachable(next: ReadonlyMap<string, string[]>, start: string): string[] {
  const seen = new Set([start]);
  // a Set grows while it is walked, which is the queue that breadth first needs
  for (const id of seen) for (const neighbour of next.get(id) ?? []) seen.add(neighbour);
  seen.delete(start);
  return [...seen];
}
