export { type ClosableTraceDecoder, createTraceDecoder } from './createTraceDecoder.js';
export type { PlacedLine } from './decodeMessages.js';
export { DecodeWorkerError } from './errors/DecodeWorkerError.js';
export type { ConsumeRecordsOptions, TraceDecoder } from './TraceDecoder.js';
