import type { LineageEdge, LineageNode, TraceDirection } from '../../../src/protocol/index.js';
import type { LineageGraph, LineageQuery } from '../../ports.js';
import type { RunQuery } from './streamQuery.js';
import { parseRows } from './rowChunk.js';
import { askedSql, bindTexts, jsonSql, orderedSql } from './sql.js';

/** [where a step comes from, where it leads] of an edge, by direction. */
const STEPS: Record<TraceDirection, readonly [string, string]> = {
  backward: ['TO_LOTNO', 'FROM_LOTNO'],
  forward: ['FROM_LOTNO', 'TO_LOTNO'],
};

const NODE_JSON = jsonSql(`container_id := CONTAINERID, container_name := CONTAINERNAME,
  mfgorder_name := MFGORDERNAME, wafer_lot := WAFER_LOT_ID, node_type := NODE_TYPE`);
const EDGE_JSON = jsonSql('from_cid := FROM_CID, to_cid := TO_CID, edge_type := EDGE_TYPE');

/**
 * Wafer lots in the order in which they are first asked for, in each of them the lots by number:
 * first all nodes (`ord` from 0), then all edges (after the greatest wafer lot), by descendant.
 */
function lineageSql(direction: TraceDirection): string {
  const [from, to] = STEPS[direction];
  return orderedSql(
    `asked AS (
      SELECT LOTNO, min(ord) AS ord FROM (${askedSql('ids', 'CONTAINERID', 'VARCHAR')})
      JOIN containers USING (CONTAINERID) GROUP BY LOTNO),
    reached AS (
      SELECT LOTNO FROM asked
      UNION SELECT ${to} FROM reached JOIN lineage ON ${from} = LOTNO),
    wafers AS (
      SELECT WAFER_LOT_ID, min(ord) AS wafer FROM asked JOIN containers USING (LOTNO)
      GROUP BY WAFER_LOT_ID),
    nodes AS MATERIALIZED (
      SELECT containers.*, coalesce(wafer, $asked) AS wafer FROM reached
      JOIN containers USING (LOTNO) LEFT JOIN wafers USING (WAFER_LOT_ID))`,
    `SELECT wafer AS ord, row(LOTNO, 0) AS key, ${NODE_JSON} AS json
    FROM nodes
    UNION ALL
    SELECT $asked + 1 + child.wafer, row(TO_LOTNO, FROM_LOTNO), ${EDGE_JSON}
    FROM lineage JOIN nodes AS child ON child.LOTNO = TO_LOTNO
    JOIN reached AS parent ON parent.LOTNO = FROM_LOTNO`,
  );
}

export async function fetchLineage(
  { containerIds, direction }: LineageQuery,
  run: RunQuery,
  signal: AbortSignal,
): Promise<LineageGraph> {
  const graph: LineageGraph = { nodes: [], edges: [] };
  const asked = containerIds.length;
  const values = { ids: bindTexts(containerIds), asked };
  for await (const fetched of run({ sql: lineageSql(direction), values }, signal)) {
    for (const rows of fetched) {
      for (const row of parseRows<LineageNode | LineageEdge>(rows)) {
        if ('from_cid' in row) graph.edges.push(row);
        else graph.nodes.push(row);
      }
    }
  }
  return graph;
}
