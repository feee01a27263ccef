import type { TraceSource } from '../ports.js';
import { createSource, type SourceOptions } from './createSource.js';

/** A source, and what lets go of what it holds. */
export type OpenSource = TraceSource & { close(): Promise<void> };

/** Opens a source in Node. */
export async function openSource(options: SourceOptions): Promise<OpenSource> {
  if (options.kind === 'synthetic') {
    return { ...createSource(options), close: () => Promise.resolve() };
  }
  // who does without a database need not have DuckDB installed
  const { createDuckdbSource } = await import('./duckdb/createDuckdbSource.js');
  return createDuckdbSource(options);
}
