import { afterAll } from 'vitest';
import { createDuckdbSource } from '../../mocks/adapters/duckdb/index.js';
import { describeTraceSource } from './ports/traceSourceSuite.js';
import { seededDatabase } from './support/duckdbFactory.js';

const FACTORY = { containers: 1992, seed: 7 };
const path = await seededDatabase(FACTORY.containers, FACTORY.seed);
// small id batches, several at once: their order must not show
const source = createDuckdbSource({ path, batchIds: 300, maxWorkers: 3, fetchRows: 700 });
afterAll(() => source.close());

await describeTraceSource('DuckDB file', source, FACTORY);
