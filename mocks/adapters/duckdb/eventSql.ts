import type { TraceDomain } from '../../../src/protocol/index.js';
import type { TableName } from './schema.js';
import { askedSql, jsonSql, orderedSql } from './sql.js';

/** What is asked by the containers' numbers. */
export type LotQueryName = Exclude<TraceDomain, 'jobs'> | 'detection';

interface LotQuery {
  table: TableName;
  /** The wire's columns in its order, with an expression where the table's column is not the value. */
  columns: readonly (string | readonly [name: string, expression: string])[];
  /** Further conditions. */
  where?: string;
  /** Of rows that agree in these columns, the one that is latest by `by` counts. */
  latest?: { of: string; by: string };
}

const time = (name: string, column = name) => [name, `${column}::VARCHAR`] as const;
/** JSON has no NaN and no infinity. */
const real = (name: string) => [name, `CASE WHEN isfinite(${name}) THEN ${name} END`] as const;
const REJECT_PARTS = [
  'REJECT_QTY',
  'STANDBY_QTY',
  'QTYTOPROCESS_QTY',
  'INPROCESS_QTY',
  'PROCESSED_QTY',
];
/** What is known of the parts; null where none is. `list_sum` takes ten times as long. */
const REJECT_TOTAL = [
  'REJECT_TOTAL_QTY',
  `CASE WHEN coalesce(${REJECT_PARTS.join(', ')}) IS NOT NULL
    THEN ${REJECT_PARTS.map((part) => `coalesce(${part}, 0)`).join(' + ')} END`,
] as const;

const LOT_QUERIES: Record<LotQueryName, LotQuery> = {
  history: {
    table: 'lot_history',
    columns: [
      ...['CONTAINERID', 'WORKCENTERNAME', 'EQUIPMENTID', 'EQUIPMENTNAME', 'SPECNAME'],
      ...[time('TRACKINTIMESTAMP'), time('TRACKOUTTIMESTAMP'), 'TRACKINQTY', 'TRACKOUTQTY'],
      ...['FINISHEDRUNCARD', 'PJ_WORKORDER', 'CONTAINERNAME', 'PJ_TYPE', 'PJ_BOP', 'WAFER_LOT_ID'],
    ],
    latest: { of: 'EQUIPMENTID, SPECNAME, TRACKINTIMESTAMP', by: 'TRACKOUTTIMESTAMP' },
  },
  upstream_history: {
    table: 'lot_history',
    columns: [
      ...['CONTAINERID', 'WORKCENTERNAME', 'WORKCENTER_GROUP', 'EQUIPMENTID', 'EQUIPMENTNAME'],
      ...['SPECNAME', time('TRACKINTIMESTAMP'), 'TRACKINQTY'],
    ],
    latest: { of: 'WORKCENTERNAME, EQUIPMENTID', by: 'TRACKINTIMESTAMP' },
  },
  materials: {
    table: 'materials',
    columns: [
      ...['CONTAINERID', 'CONTAINERNAME', 'MATERIALPARTNAME', 'MATERIALLOTNAME'],
      ...[real('QTYCONSUMED'), 'WORKCENTERNAME', 'SPECNAME', 'EQUIPMENTNAME', time('TXNDATE')],
    ],
  },
  rejects: {
    table: 'rejects',
    columns: [
      ...['CONTAINERID', 'CONTAINERNAME', 'WORKCENTERNAME', 'WORKCENTER_GROUP'],
      ...['WORKCENTERSEQUENCE_GROUP', 'PRODUCTLINENAME', 'PJ_FUNCTION', 'PJ_TYPE', 'PRODUCTNAME'],
      ...['SPECNAME', 'LOSSREASONNAME', 'EQUIPMENTNAME', 'REJECTCOMMENT'],
      ...REJECT_PARTS,
      ...[REJECT_TOTAL, 'DEFECT_QTY', time('TXN_TIME', 'TXNDATE'), time('TXNDATE')],
      time('TXN_DAY', 'TXNDATE::DATE'),
    ],
  },
  downstream_rejects: {
    table: 'rejects',
    columns: [
      ...['CONTAINERID', 'WORKCENTERNAME', 'WORKCENTER_GROUP', 'LOSSREASONNAME', 'EQUIPMENTNAME'],
      ...[REJECT_TOTAL, time('TXNDATE')],
    ],
  },
  holds: {
    table: 'holds',
    columns: [
      ...['CONTAINERID', 'CONTAINERNAME', 'WORKCENTERNAME', time('HOLDTXNDATE'), 'HOLDEMP'],
      ...['HOLDEMPDEPTNAME', 'HOLDREASONNAME', 'HOLDCOMMENTS', time('RELEASETXNDATE')],
      ...['RELEASEEMP', 'RELEASECOMMENTS', 'NCRID'],
      ['HOLD_STATUS', `CASE WHEN RELEASETXNDATE IS NULL THEN 'HOLD' ELSE 'RELEASED' END`],
      real('HOLD_HOURS'),
    ],
  },
  detection: {
    table: 'detections',
    columns: [
      ...['CONTAINERID', 'CONTAINERNAME', 'TRACKINQTY', 'REJECTQTY', 'LOSSREASONNAME', 'WORKFLOW'],
      ...['PRODUCTLINENAME', 'PJ_TYPE', 'DETECTION_EQUIPMENTNAME', time('TRACKINTIMESTAMP')],
    ],
    where: 'WORKCENTER_GROUP = $station',
  },
};

const JOB_COLUMNS = [
  ...['JOBID', 'RESOURCEID', 'RESOURCENAME', 'JOBSTATUS', 'JOBMODELNAME', 'JOBORDERNAME'],
  ...[time('CREATEDATE'), time('COMPLETEDATE'), 'CAUSECODENAME', 'REPAIRCODENAME'],
  ...['SYMPTOMCODENAME', 'CONTAINERIDS', 'CONTAINERNAMES', 'CONTAINERID'],
];

function rowJson(columns: LotQuery['columns']): string {
  const members = columns.map((column) => {
    const [name, expression] = typeof column === 'string' ? [column, column] : column;
    return `${name} := ${expression}`;
  });
  return jsonSql(members.join(', '));
}

function latestSql({ table, latest }: LotQuery): string {
  if (!latest) return '';
  const { of, by } = latest;
  // rows without a time are the earliest; the later row of two at the same time counts
  const order = `row(coalesce(${by}, '-infinity'::TIMESTAMP), ROWNO)`;
  return `AND (LOTNO, ROWNO) IN (
    SELECT (LOTNO, max_by(ROWNO, ${order})) FROM ${table}
    WHERE LOTNO BETWEEN $first AND $last AND LOTNO IN (SELECT LOTNO FROM asked)
    GROUP BY LOTNO, ${of})`;
}

/**
 * The rows of the containers numbered `$lots`, of which `$first` and `$last` are the least and the
 * greatest number: what the tables are sorted by, so that the rest of them is not read.
 */
export function lotQuerySql(name: LotQueryName): string {
  const query = LOT_QUERIES[name];
  const { table, columns, where = 'true' } = query;
  return orderedSql(
    `asked AS MATERIALIZED (${askedSql('lots', 'LOTNO', 'INTEGER')})`,
    `SELECT ord, ROWNO AS key, ${rowJson(columns)} AS json FROM asked JOIN ${table} USING (LOTNO)
    WHERE LOTNO BETWEEN $first AND $last AND ${where} ${latestSql(query)}`,
  );
}

/**
 * The repairs of the containers `$ids`. All ids have one length, so that what a list contains as a
 * substring is one of its parts, and a hash join finds it.
 */
export const JOBS_SQL = orderedSql(
  `asked AS (${askedSql('ids', 'CONTAINERID', 'VARCHAR')}),
  exploded AS (
    SELECT *, unnest(list_distinct(list_transform(string_split(CONTAINERIDS, ','), lambda id: trim(id)))) AS CONTAINERID
    FROM jobs)`,
  `SELECT ord, row(CREATEDATE, JOBNO) AS key, ${rowJson(JOB_COLUMNS)} AS json
  FROM asked JOIN exploded USING (CONTAINERID)`,
);
