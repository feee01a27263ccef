export type { ConsumeRecordsOptions } from './consumeRecords.js';
export { createTraceDecoder, type TraceDecoder } from './createTraceDecoder.js';
export type { PlacedLine } from './decodeMessages.js';
export { DecodeWorkerError } from './errors/DecodeWorkerError.js';
