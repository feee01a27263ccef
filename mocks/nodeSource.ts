import { type OpenSource, openSource, type SourceOptions } from './adapters/createSource.js';
import { createDuckdbSource } from './adapters/duckdb/index.js';

/** Opens a source of any kind. */
export function openNodeSource(options: SourceOptions): OpenSource {
  if (options.kind !== 'duckdb') return openSource(options);
  const source = createDuckdbSource(options);
  return { source, close: () => source.close() };
}
