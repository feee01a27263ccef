export { createSyntheticSource, type SyntheticOptions } from './createSyntheticSource.js';
