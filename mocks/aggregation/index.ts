export type { Aggregator, AggregatorOptions, Pairs } from './Aggregator.js';
export { createAggregator } from './createAggregator.js';
export { createDetectionReader } from './detection.js';
