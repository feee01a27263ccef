import type { TraceDirection } from '../../src/protocol/index.js';
import { type BodyPieces, joinTexts } from '../http/streamBody.js';
import type { LineageGraph } from '../ports.js';
import { jsonArray, jsonObject } from '../results/jsonTexts.js';
import { indexLineage, type LineageIndex, reachable } from './lineageGraph.js';

function* entries<T, R>(keys: Iterable<T>, value: (key: T) => R): Generator<[T, R]> {
  for (const key of keys) yield [key, value(key)];
}

/** `"name":{…}`, or nothing where the object would be empty: the contract leaves such members out. */
function* unlessEmpty(name: string, members: Iterable<readonly [string, unknown]>) {
  let first = true;
  for (const text of jsonObject(members)) {
    if (first && text === '{}') return;
    yield first ? `,"${name}":${text}` : text;
    first = false;
  }
}

function* names({ nodes }: LineageIndex): Generator<[string, string]> {
  for (const [id, node] of nodes) {
    if (node.container_name !== null) yield [id, node.container_name];
  }
}

function* commonMembers({ edges }: LineageGraph, index: LineageIndex): Generator<string> {
  yield* unlessEmpty('names', names(index));
  yield* unlessEmpty('nodes', index.nodes);
  if (edges.length > 0) {
    yield ',"edges":';
    yield* jsonArray(edges);
  }
  yield `,"total_nodes":${index.nodes.size}}`;
}

/** The ids that nothing leads to. */
function rootsOf({ nodes, parents }: LineageIndex): string[] {
  return [...nodes.keys()].filter((id) => !parents.has(id));
}

function* mergeSources({ edges }: LineageGraph): Generator<[string, string[]]> {
  const sources = new Map<string, string[]>();
  for (const { from_cid: from, to_cid: to, edge_type: type } of edges) {
    if (type !== 'merge_source') continue;
    const list = sources.get(to);
    if (list) list.push(from);
    else sources.set(to, [from]);
  }
  yield* sources;
}

function* backwardTexts(seeds: readonly string[], graph: LineageGraph): Generator<string> {
  const index = indexLineage(graph);
  const all = new Set<string>();
  const seedRoots = new Map<string, string>();
  function ancestorsOf(seed: string): string[] {
    const ancestors = reachable(index.parents, seed);
    for (const id of ancestors) all.add(id);
    const root = [seed, ...ancestors].find((id) => !index.parents.has(id));
    const name = root !== undefined && index.nodes.get(root)?.container_name;
    if (name) seedRoots.set(seed, name);
    return ancestors;
  }
  yield '{"stage":"lineage","ancestors":';
  yield* jsonObject(entries(seeds, ancestorsOf));
  yield `,"merges":{},"roots":${JSON.stringify(rootsOf(index))}`;
  yield `,"total_ancestor_count":${all.size}`;
  yield* unlessEmpty('seed_roots', seedRoots);
  yield* unlessEmpty('parent_map', index.parents);
  yield* unlessEmpty('merge_edges', mergeSources(graph));
  yield* commonMembers(graph, index);
}

function* forwardTexts(graph: LineageGraph): Generator<string> {
  const index = indexLineage(graph);
  function* leafSerials(): Generator<[string, string[]]> {
    for (const [id, node] of index.nodes) {
      if (!index.children.has(id)) yield [id, node.container_name ? [node.container_name] : []];
    }
  }
  yield `{"stage":"lineage","roots":${JSON.stringify(rootsOf(index))},"children_map":`;
  yield* jsonObject(index.children);
  yield ',"leaf_serials":';
  yield* jsonObject(leafSerials());
  yield* commonMembers(graph, index);
}

/** The lineage answer, piece by piece. */
export async function* lineageBody(
  seeds: readonly string[],
  direction: TraceDirection,
  graph: LineageGraph,
): BodyPieces {
  yield* joinTexts(direction === 'backward' ? backwardTexts(seeds, graph) : forwardTexts(graph));
}
