export { ColumnTable } from './ColumnTable.js';
export { consumeRecords, type ConsumeRecordsOptions } from './consumeRecords.js';
export type { PlacedLine } from './decodeMessages.js';
export { DecodeWorkerError } from './errors/DecodeWorkerError.js';
export { type DecodedLine, LineDecoder } from './LineDecoder.js';
export { type DecodedBatch, withoutRows } from './RecordDecoder.js';
export { RecordSyntaxError } from './RecordSyntaxError.js';
export type { ColumnKind, ColumnStatistics, RecordColumn, RecordTable } from './RecordTable.js';
