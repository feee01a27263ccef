export { type AppendableTable, createRowTable } from './createRowTable.js';
export type { RecordColumn, RecordTable } from './RecordTable.js';
