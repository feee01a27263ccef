import type { ChunkStore, JobFields, ResultKey } from '../ports.js';

/**
 * The value of `result:meta`. `batch_size` and `has_aggregation` are ours: other writers' chunks may
 * have any size, and whether they stored figures is not known.
 */
export interface ResultMeta {
  profile: string;
  /** In the order in which they were finished. */
  domains: Record<string, { chunks: number; total: number; batch_size?: number }>;
  failed_domains: string[];
  has_aggregation?: boolean;
}

export function chunkKey(domain: string, index: number): ResultKey {
  return `result:${domain}:${index}`;
}

/** The domain and the number of a chunk's key; null for the other keys of a result. */
export function readChunkKey(key: ResultKey): { domain: string; index: number } | null {
  const [, domain, index] = /^result:(.+):(\d+)$/.exec(key) ?? [];
  return domain === undefined ? null : { domain, index: Number(index) };
}

/** The field of a job that counts the chunks of a domain which its attempt has stored. */
export function chunksField(domain: string) {
  return `chunks:${domain}` as const;
}

/** What a job's fields are to say once a value is stored: chunks are stored in their order. */
export function storedFields(key: ResultKey): Partial<JobFields> {
  const chunk = readChunkKey(key);
  return chunk ? { [chunksField(chunk.domain)]: String(chunk.index + 1) } : {};
}

export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

export async function readResultMeta(
  store: Pick<ChunkStore, 'get'>,
  jobId: string,
): Promise<ResultMeta | null> {
  const bytes = await store.get(jobId, 'result:meta');
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as ResultMeta);
}

export function totalRows(meta: ResultMeta): number {
  return Object.values(meta.domains).reduce((sum, { total }) => sum + total, 0);
}
