export { createAggregator, type Aggregator, type AggregatorOptions } from './createAggregator.js';
