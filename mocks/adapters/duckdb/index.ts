export {
  createDuckdbSource,
  type DuckdbSource,
  type DuckdbSourceOptions,
} from './createDuckdbSource.js';
export { DatabaseReplacedError } from './openDatabase.js';
export { QueryTimeoutError } from './QueryTimeoutError.js';
export { seedDatabase, type SeedDatabaseOptions } from './seedDatabase.js';
export { BrokenQueryError } from './streamQuery.js';
