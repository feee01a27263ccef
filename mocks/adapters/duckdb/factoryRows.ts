import { WORKCENTER_GROUPS, type LineageEdge, type TraceRow } from '../../../src/protocol/index.js';
import type { DetectionRow } from '../../ports.js';
import { addDetectionRows } from '../synthetic/detectionRows.js';
import type { Factory, Lot } from '../synthetic/factory.js';
import { roll } from '../synthetic/hash.js';
import { addJobs } from '../synthetic/jobRows.js';
import { fetchLineage } from '../synthetic/lineage.js';
import { MACHINES } from '../synthetic/machines.js';
import { lotName, serialName, workOrderName } from '../synthetic/names.js';
import { addHistory, addMaterials } from '../synthetic/processRows.js';
import { addHolds, addRejects } from '../synthetic/qualityRows.js';
import { TABLE_NAMES, type TableName } from './schema.js';

type Row = Readonly<Record<string, unknown>>;
export type TableRows = Record<TableName, Row[]>;

const PARTS_SALT = 110;
const GROUP_OF_MACHINE = new Map(MACHINES.map(({ id, groupName }) => [id, groupName]));
const LOT_TABLES = [
  ['materials', addMaterials],
  ['rejects', addRejects],
  ['holds', addHolds],
] as const;

/** The rows of all tables for the containers `first` to `end`, which are whole families. */
export async function factoryRows(
  factory: Factory,
  first: number,
  end: number,
): Promise<TableRows> {
  const tables = Object.fromEntries(TABLE_NAMES.map((name) => [name, [] as Row[]])) as TableRows;
  const lots = Array.from({ length: end - first }, (_, nth) => factory.lotAt(first + nth));
  const jobs = new Map<unknown, TraceRow>();
  for (const lot of lots) {
    tables.lot_history.push(...numbered(lot, trackOuts(lot)));
    for (const [name, addRows] of LOT_TABLES) {
      const rows: TraceRow[] = [];
      addRows(lot, rows);
      tables[name].push(...numbered(lot, rows));
    }
    tables.detections.push(...numbered(lot, detections(factory, lot)));
    const jobRows: TraceRow[] = [];
    addJobs(lot, jobRows, factory);
    for (const row of jobRows) jobs.set(row.JOBID, row);
  }
  // a repair is found by way of lots of its family alone
  tables.jobs = [...jobs.values()].map((job, nth) => ({ JOBNO: first + nth, ...job }));
  await addLineage(factory, lots, tables);
  return tables;
}

function numbered(lot: Lot, rows: readonly object[]): Row[] {
  return rows.map((row, ROWNO) => ({ LOTNO: lot.index, ROWNO, ...row }));
}

/** The rows of history, and before some of them that of the part that had left the machine earlier. */
function trackOuts(lot: Lot): TraceRow[] {
  const rows: TraceRow[] = [];
  addHistory(lot, rows);
  return rows.flatMap((row, nth) => {
    const whole = { ...row, WORKCENTER_GROUP: GROUP_OF_MACHINE.get(String(row.EQUIPMENTID)) };
    if (roll(lot.hash, PARTS_SALT, nth) % 8 !== 0) return [whole];
    const part = {
      TRACKOUTTIMESTAMP: row.TRACKINTIMESTAMP,
      TRACKOUTQTY: Math.floor(Number(row.TRACKOUTQTY) / 2),
    };
    return [{ ...whole, ...part }, whole] as TraceRow[];
  }) as TraceRow[];
}

function detections(factory: Factory, lot: Lot): object[] {
  return WORKCENTER_GROUPS.flatMap((WORKCENTER_GROUP, group) => {
    const rows: DetectionRow[] = [];
    addDetectionRows(factory, lot, group, rows);
    return rows.map((row) => ({ WORKCENTER_GROUP, ...row }));
  });
}

async function addLineage(
  factory: Factory,
  lots: readonly Lot[],
  { containers, lineage }: TableRows,
): Promise<void> {
  const containerIds = lots.map((lot) => lot.id);
  const graph = await fetchLineage(factory, { containerIds, direction: 'backward' });
  for (const [nth, node] of graph.nodes.entries()) {
    const lot = lots[nth] as Lot;
    containers.push({
      LOTNO: lot.index,
      CONTAINERID: node.container_id,
      CONTAINERNAME: node.container_name,
      MFGORDERNAME: node.mfgorder_name,
      WAFER_LOT_ID: node.wafer_lot,
      NODE_TYPE: node.node_type,
      ...(lot.isLeaf && finishedNames(lot)),
    });
  }
  lineage.push(...graph.edges.map((edge) => lineageRow(factory, edge)));
}

/** Finished goods bear the names of their lot and order with GD in place of GA. */
function finishedNames(lot: Lot): Row {
  return {
    GD_LOTNAME: lotName(lot).replace(/^GA/, 'GD'),
    GD_ORDERNAME: workOrderName(lot).replace(/^GA/, 'GD'),
    SERIALNUMBER: serialName(lot.index),
  };
}

function lineageRow(factory: Factory, { from_cid, to_cid, edge_type }: LineageEdge): Row {
  return {
    FROM_LOTNO: factory.indexOfId(from_cid),
    TO_LOTNO: factory.indexOfId(to_cid),
    FROM_CID: from_cid,
    TO_CID: to_cid,
    EDGE_TYPE: edge_type,
  };
}
