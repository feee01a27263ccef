/**
 * The tables of a trace database, by name, each column with its SQL type. LOTNO numbers the
 * containers in the order in which all tables are sorted, so that the rows of lots that were made
 * together lie together and a query reads only their part of a table; ROWNO numbers the rows of one
 * container. The other columns have the names of the wire.
 */
export const TABLES = {
  containers: {
    LOTNO: 'INTEGER',
    CONTAINERID: 'VARCHAR',
    CONTAINERNAME: 'VARCHAR',
    MFGORDERNAME: 'VARCHAR',
    WAFER_LOT_ID: 'VARCHAR',
    NODE_TYPE: 'VARCHAR',
    /** The three names of a finished lot; null for all others. */
    GD_LOTNAME: 'VARCHAR',
    GD_ORDERNAME: 'VARCHAR',
    SERIALNUMBER: 'VARCHAR',
  },
  lineage: {
    FROM_LOTNO: 'INTEGER',
    TO_LOTNO: 'INTEGER',
    FROM_CID: 'VARCHAR',
    TO_CID: 'VARCHAR',
    EDGE_TYPE: 'VARCHAR',
  },
  /** A row a track-out: a lot that leaves a machine in parts has several of one track-in. */
  lot_history: {
    LOTNO: 'INTEGER',
    ROWNO: 'INTEGER',
    CONTAINERID: 'VARCHAR',
    WORKCENTERNAME: 'VARCHAR',
    WORKCENTER_GROUP: 'VARCHAR',
    EQUIPMENTID: 'VARCHAR',
    EQUIPMENTNAME: 'VARCHAR',
    SPECNAME: 'VARCHAR',
    TRACKINTIMESTAMP: 'TIMESTAMP',
    TRACKOUTTIMESTAMP: 'TIMESTAMP',
    TRACKINQTY: 'INTEGER',
    TRACKOUTQTY: 'INTEGER',
    FINISHEDRUNCARD: 'VARCHAR',
    PJ_WORKORDER: 'VARCHAR',
    CONTAINERNAME: 'VARCHAR',
    PJ_TYPE: 'VARCHAR',
    PJ_BOP: 'VARCHAR',
    WAFER_LOT_ID: 'VARCHAR',
  },
  materials: {
    LOTNO: 'INTEGER',
    ROWNO: 'INTEGER',
    CONTAINERID: 'VARCHAR',
    CONTAINERNAME: 'VARCHAR',
    MATERIALPARTNAME: 'VARCHAR',
    MATERIALLOTNAME: 'VARCHAR',
    QTYCONSUMED: 'DOUBLE',
    WORKCENTERNAME: 'VARCHAR',
    SPECNAME: 'VARCHAR',
    EQUIPMENTNAME: 'VARCHAR',
    TXNDATE: 'TIMESTAMP',
  },
  rejects: {
    LOTNO: 'INTEGER',
    ROWNO: 'INTEGER',
    CONTAINERID: 'VARCHAR',
    CONTAINERNAME: 'VARCHAR',
    WORKCENTERNAME: 'VARCHAR',
    WORKCENTER_GROUP: 'VARCHAR',
    WORKCENTERSEQUENCE_GROUP: 'INTEGER',
    PRODUCTLINENAME: 'VARCHAR',
    PJ_FUNCTION: 'VARCHAR',
    PJ_TYPE: 'VARCHAR',
    PRODUCTNAME: 'VARCHAR',
    SPECNAME: 'VARCHAR',
    LOSSREASONNAME: 'VARCHAR',
    EQUIPMENTNAME: 'VARCHAR',
    REJECTCOMMENT: 'VARCHAR',
    REJECT_QTY: 'INTEGER',
    STANDBY_QTY: 'INTEGER',
    QTYTOPROCESS_QTY: 'INTEGER',
    INPROCESS_QTY: 'INTEGER',
    PROCESSED_QTY: 'INTEGER',
    DEFECT_QTY: 'INTEGER',
    TXNDATE: 'TIMESTAMP',
  },
  holds: {
    LOTNO: 'INTEGER',
    ROWNO: 'INTEGER',
    CONTAINERID: 'VARCHAR',
    CONTAINERNAME: 'VARCHAR',
    WORKCENTERNAME: 'VARCHAR',
    HOLDTXNDATE: 'TIMESTAMP',
    HOLDEMP: 'VARCHAR',
    HOLDEMPDEPTNAME: 'VARCHAR',
    HOLDREASONNAME: 'VARCHAR',
    HOLDCOMMENTS: 'VARCHAR',
    RELEASETXNDATE: 'TIMESTAMP',
    RELEASEEMP: 'VARCHAR',
    RELEASECOMMENTS: 'VARCHAR',
    NCRID: 'VARCHAR',
    HOLD_HOURS: 'DOUBLE',
  },
  /** A row a repair, whatever the number of its containers. */
  jobs: {
    JOBNO: 'INTEGER',
    JOBID: 'VARCHAR',
    RESOURCEID: 'VARCHAR',
    RESOURCENAME: 'VARCHAR',
    JOBSTATUS: 'VARCHAR',
    JOBMODELNAME: 'VARCHAR',
    JOBORDERNAME: 'VARCHAR',
    CREATEDATE: 'TIMESTAMP',
    COMPLETEDATE: 'TIMESTAMP',
    CAUSECODENAME: 'VARCHAR',
    REPAIRCODENAME: 'VARCHAR',
    SYMPTOMCODENAME: 'VARCHAR',
    CONTAINERIDS: 'VARCHAR',
    CONTAINERNAMES: 'VARCHAR',
  },
  /** A row a lot, workcenter group that it came to, and loss reason there. */
  detections: {
    LOTNO: 'INTEGER',
    ROWNO: 'INTEGER',
    WORKCENTER_GROUP: 'VARCHAR',
    CONTAINERID: 'VARCHAR',
    CONTAINERNAME: 'VARCHAR',
    TRACKINQTY: 'INTEGER',
    REJECTQTY: 'INTEGER',
    LOSSREASONNAME: 'VARCHAR',
    WORKFLOW: 'VARCHAR',
    PRODUCTLINENAME: 'VARCHAR',
    PJ_TYPE: 'VARCHAR',
    DETECTION_EQUIPMENTNAME: 'VARCHAR',
    TRACKINTIMESTAMP: 'TIMESTAMP',
  },
} as const;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

export function createTableSql(name: TableName): string {
  const columns = Object.entries(TABLES[name]).map(([column, type]) => `"${column}" ${type}`);
  return `CREATE TABLE ${name} (${columns.join(', ')})`;
}

/** Inserts the objects of the NDJSON file `$file`; what they have beside the columns is left out. */
export function insertFileSql(name: TableName): string {
  // reading a file is seven times as fast as from_json of a bound text
  const columns = JSON.stringify(TABLES[name]).replaceAll('"', "'");
  return `INSERT INTO ${name} BY NAME FROM read_json($file, format = 'newline_delimited', columns = ${columns})`;
}
