import { JsonScanner, type ScannedValue } from '../stream/JsonScanner.js';
import type { Steps } from '../stream/Steps.js';
import type { ParsedJson } from '../stream/parseLine.js';
import { cleanIds } from './cleanIds.js';

/** An answer with seeds: its fields as `value`, without the seeds themselves. */
export interface ReadSeeds extends ParsedJson {
  /** Their ids, each once, in the server's order; null where the answer has no list of them. */
  seedIds: string[] | null;
}

/** Reads the body of an answer with seeds; rejects with a SyntaxError where that is no JSON. */
export type SeedsReader = (chunks: AsyncIterable<Uint8Array>) => Promise<ReadSeeds>;

/**
 * Reads the answer of the first stage, bare or wrapped: `seeds`, `seed_container_ids`, or both.
 * @throws JsonSyntaxError
 */
export function* readSeeds(bytes: Uint8Array): Steps<ReadSeeds> {
  const scanner = new JsonScanner(bytes);
  const lists = new Map<string, string[]>();
  function* read(key: string, p: number): Steps<ScannedValue> {
    if (key === 'data' && scanner.isObject(p)) return yield* scanner.object(p, read);
    const idOf = ID_OF[key];
    if (!idOf || !scanner.isArray(p)) return yield* scanner.value(p);
    const ids: unknown[] = [];
    const end = yield* scanner.items(p, (items) => {
      for (const item of items) ids.push(idOf(item));
    });
    lists.set(key, cleanIds(ids));
    return { value: undefined, end };
  }
  const parsed = yield* scanner.document(read);
  const { seeds, seed_container_ids: ids } = Object.fromEntries(lists);
  const seedIds = seeds || ids ? cleanIds([...(seeds ?? []), ...(ids ?? [])]) : null;
  return { ...parsed, seedIds };
}

/** How the id stands in an item of each list. */
const ID_OF: Partial<Record<string, (item: unknown) => unknown>> = {
  seeds: (item) => (item as { container_id?: unknown } | null)?.container_id,
  seed_container_ids: (item) => item,
};
