export { checkAnswer, checkPage, type PageRequest } from './checkAnswer.js';
export {
  createCompletenessCheck,
  type CompletenessCheck,
  type CompletenessOptions,
} from './completeness.js';
export type {
  CompletenessNotice,
  CompletenessProblem,
  CompletenessVerdict,
} from './CompletenessProblem.js';
export {
  consumeNDJSONStream,
  type ChunkHandler,
  type ConsumeNDJSONStreamOptions,
  type MessagePlace,
  type StreamCounts,
} from './consumeNDJSONStream.js';
export { LimitExceededError } from './errors/LimitExceededError.js';
export { LineTooLongError } from './errors/LineTooLongError.js';
export { MalformedLineError } from './errors/MalformedLineError.js';
export { NetworkError } from './errors/NetworkError.js';
export { NotNdjsonError } from './errors/NotNdjsonError.js';
export { StreamInterruptedError } from './errors/StreamInterruptedError.js';
export { DEFAULT_MAX_LINE_BYTES, LineSplitter, type SplitLine } from './LineSplitter.js';
export { headerOf, type MessageHeader } from './messageHeader.js';
export { parseJsonText, parseLine, type ParsedJson, type ParsedLine } from './parseLine.js';
export type { RequestHeaders, SendOptions } from './sendRequest.js';
