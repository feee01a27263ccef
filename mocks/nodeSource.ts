import {
  type DuckdbOptions,
  type OpenSource,
  openSource,
  type SourceOptions,
} from './adapters/createSource.js';
import type { DuckdbSource } from './adapters/duckdb/createDuckdbSource.js';

/** Opens a source of any kind. */
export function openNodeSource(options: SourceOptions): OpenSource {
  return options.kind === 'duckdb' ? openDuckdb(options) : openSource(options);
}

/** Loaded by the first request: who does without a database need not have DuckDB installed. */
function openDuckdb(options: DuckdbOptions): OpenSource {
  let loading: Promise<DuckdbSource> | undefined;
  const load = () =>
    (loading ??= import('./adapters/duckdb/createDuckdbSource.js').then(({ createDuckdbSource }) =>
      createDuckdbSource(options),
    ));
  return {
    source: {
      resolveSeeds: async (query) => (await load()).resolveSeeds(query),
      fetchLineage: async (query) => (await load()).fetchLineage(query),
      async *fetchDetection(query) {
        yield* (await load()).fetchDetection(query);
      },
      async *fetchEvents(...args) {
        yield* (await load()).fetchEvents(...args);
      },
    },
    close: async () => (await loading)?.close(),
  };
}
