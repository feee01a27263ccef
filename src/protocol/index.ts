export { HttpError } from './HttpError.js';
export * from './aggregation.js';
export * from './errorCodes.js';
export * from './jobs.js';
export * from './messages.js';
export * from './paths.js';
export * from './profiles.js';
export * from './stages.js';
export { TraceError, type TraceErrorContext } from './TraceError.js';
