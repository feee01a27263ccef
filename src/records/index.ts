export { ColumnTable } from './ColumnTable.js';
export { consumeRecords, type ConsumeRecordsOptions } from './consumeRecords.js';
export type { PlacedLine } from './decodeMessages.js';
export { DecodeWorkerError } from './errors/DecodeWorkerError.js';
export { type DecodedLine, LineDecoder } from './LineDecoder.js';
export { type DecodedBatch, withoutRows } from './RecordDecoder.js';
export { RecordSyntaxError } from './RecordSyntaxError.js';
export type { RecordColumn, RecordTable } from './RecordTable.js';
export {
  isEmptyQuery,
  type RecordFilter,
  type RecordQuery,
  type RecordSort,
} from './view/RecordQuery.js';
export { RecordView, type RecordViewOptions } from './view/RecordView.js';
