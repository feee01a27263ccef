import type { TraceSource } from '../ports.js';
import { createSyntheticSource } from './synthetic/index.js';

/** The synthetic factory. */
export interface SyntheticOptions {
  kind: 'synthetic';
  /** Containers that the factory has. */
  containers: number;
  seed: number;
}

/** A DuckDB file or a folder of Parquet files; only where Node runs. */
export interface DuckdbOptions {
  kind: 'duckdb';
  path: string;
  memoryLimitMb: number;
  maxWorkers: number;
  fetchRows: number;
}

/** Plain data that names a source, so that a thread of its own can open the same one. */
export type SourceOptions = SyntheticOptions | DuckdbOptions;

/** A source, and what lets go of it. */
export interface OpenSource {
  source: TraceSource;
  close(): Promise<void>;
}

export function createSource({ containers, seed }: SyntheticOptions): TraceSource {
  return createSyntheticSource({ containers, seed });
}

/**
 * Opens a source that needs nothing but JavaScript.
 * @throws TypeError for any other
 */
export function openSource(options: SourceOptions): OpenSource {
  if (options.kind === 'synthetic') {
    return { source: createSource(options), close: async () => undefined };
  }
  throw new TypeError(`A source of the kind ${options.kind} can be opened in Node only.`);
}
