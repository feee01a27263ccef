export type { Aggregator, AggregatorOptions } from './Aggregator.js';
export { createAggregator } from './createAggregator.js';
