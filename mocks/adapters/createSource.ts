import type { TraceSource } from '../ports.js';
import type { DuckdbSourceOptions } from './duckdb/createDuckdbSource.js';
import { createSyntheticSource } from './synthetic/index.js';

export interface SyntheticFactory {
  kind: 'synthetic';
  /** Containers that the factory has. */
  containers: number;
  seed: number;
}

/** Plain data that names a source, so that a thread of its own can open the same one. */
export type SourceOptions = SyntheticFactory | ({ kind: 'duckdb' } & DuckdbSourceOptions);

/**
 * The sources that a page has, too; all of them are `openSource`'s.
 * @throws TypeError for a database, which only Node opens
 */
export function createSource(options: SourceOptions): TraceSource {
  if (options.kind === 'duckdb') throw new TypeError('Only Node opens a DuckDB database.');
  const { containers, seed } = options;
  return createSyntheticSource({ containers, seed });
}
