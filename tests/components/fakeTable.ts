import type { RecordTable } from '../../src/records/RecordTable.js';

export const FAKE_COLUMNS = [
  'CONTAINERID',
  'WORKCENTERNAME',
  'WORKCENTER_GROUP',
  'EQUIPMENTID',
  'EQUIPMENTNAME',
  'SPECNAME',
  'TRACKINTIMESTAMP',
  'TRACKINQTY',
];

/** A RecordTable of any size whose cells are computed when they are read. */
export function createFakeTable(rowCount: number, columns = FAKE_COLUMNS): FakeTable {
  const table: FakeTable = {
    rowCount,
    columns: columns.map((name) => ({ name })),
    value(row, column) {
      if (!Number.isInteger(row) || row < 0 || row >= table.rowCount) {
        throw new RangeError(`no row ${row} of ${table.rowCount}`);
      }
      return column === 'TRACKINQTY' ? row % 1000 : `${column}-${row}`;
    },
    row(row) {
      return Object.fromEntries(table.columns.map(({ name }) => [name, table.value(row, name)]));
    },
  };
  return table;
}

export interface FakeTable extends RecordTable {
  rowCount: number;
  columns: { name: string }[];
}
