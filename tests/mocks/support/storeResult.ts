import type { ChunkStore, JobFields, ResultKey } from '../../../mocks/ports.js';

export type StoredValues = Partial<Record<ResultKey, string | Uint8Array<ArrayBuffer>>>;

const bytesOf = (value: string | Uint8Array<ArrayBuffer>) =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;

/** A finished job with this result, whoever wrote it. */
export async function storeResult(
  store: Pick<ChunkStore, 'beginAttempt'>,
  jobId: string,
  values: StoredValues,
  fields: Partial<JobFields> = {},
): Promise<void> {
  const attempt = await store.beginAttempt(jobId, fields);
  for (const [key, value] of Object.entries(values)) {
    await attempt.put(key as ResultKey, bytesOf(value!));
  }
  await attempt.end({ status: 'finished', completed_at: '1' });
}

/** A store in which one key has expired before the others. */
export function withoutKey(store: Pick<ChunkStore, 'get'>, gone: ResultKey) {
  return {
    get: async (jobId: string, key: ResultKey) => (key === gone ? null : store.get(jobId, key)),
  };
}
