export { ColumnTable } from './ColumnTable.js';
export { type DecodedLine, LineDecoder } from './LineDecoder.js';
export { countRows, type DecodedBatch, withoutRows } from './DecodedBatch.js';
export { holdsRows } from './holdsRows.js';
export type { ReadAnswer } from './readAnswer.js';
export type { ColumnKind, ColumnStatistics, RecordColumn, RecordTable } from './RecordTable.js';
export {
  isEmptyQuery,
  queryKey,
  type RecordFilter,
  type RecordQuery,
  type RecordSort,
} from './view/RecordQuery.js';
