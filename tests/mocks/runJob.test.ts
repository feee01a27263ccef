import { expect, it, vi } from 'vitest';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { runJob, type RunJobOptions } from '../../mocks/jobs/runJob.js';
import { readResultMeta } from '../../mocks/results/resultMeta.js';
import { SOURCE } from './api/backend.js';

/** Runs an MSD job whose materials fail behind their first batch, or not at all. */
async function runMsd(materialsFail: boolean, options: Partial<RunJobOptions> = {}) {
  const source = createSource(SOURCE);
  const params = { mode: 'date_range', start_date: '2025-09-01', end_date: '2026-02-27' } as const;
  const { seeds } = await source.resolveSeeds({ profile: 'mid_section_defect', params });
  const containerIds = seeds.map((seed) => seed.container_id);
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e8 });
  const writer = await store.beginAttempt('job', {});
  const onDomainFailed = vi.fn();
  await runJob(
    {
      jobId: 'job',
      profile: 'mid_section_defect',
      containerIds,
      domains: ['upstream_history', 'materials'],
      params: {},
      seedContainerIds: containerIds,
      ancestors: {},
      seedRoots: {},
    },
    {
      source: {
        ...source,
        async *fetchEvents(ids, domain, options) {
          for await (const batch of source.fetchEvents(ids, domain, options)) {
            yield batch;
            if (domain === 'materials' && materialsFail) throw new Error('ORA-01555');
          }
        },
      },
      writer,
      batchSize: 100,
      maxWorkers: 2,
      signal: new AbortController().signal,
      onDomainFailed,
      ...options,
    },
  );
  return { store, meta: (await readResultMeta(store, 'job'))!, onDomainFailed };
}

it('stores the figures of a trace whose domains all came', async () => {
  const { store, meta } = await runMsd(false);
  expect(meta).toMatchObject({ failed_domains: [], has_aggregation: true });
  expect(await store.get('job', 'result:aggregation')).not.toBeNull();
});

it('stores no figures and no rows of a domain that failed, and keeps the others', async () => {
  const { store, meta, onDomainFailed } = await runMsd(true);
  expect(meta.failed_domains).toEqual(['materials']);
  expect(Object.keys(meta.domains)).toEqual(['upstream_history']);
  expect(meta.has_aggregation).toBeUndefined();
  expect(onDomainFailed).toHaveBeenCalledWith('materials', expect.any(Error));
  expect(await store.get('job', 'result:aggregation')).toBeNull();
  expect(await store.get('job', 'result:materials:0')).toBeNull();
  expect(await store.get('job', 'result:upstream_history:0')).not.toBeNull();
});

it('stores each batch as its encoder makes it, and the rest as JSON', async () => {
  const encodeChunk = vi.fn((json: Uint8Array<ArrayBuffer>, rowCount: number) =>
    Uint8Array.of(7, rowCount, json.length > 1_000 ? 1 : 0),
  );
  const { store, meta } = await runMsd(false, { encodeChunk });
  expect(Array.from((await store.get('job', 'result:materials:0'))!)).toEqual([7, 100, 1]);
  expect((await store.get('job', 'result:aggregation'))![0]).toBe(0x7b);
  const chunks = Object.values(meta.domains).reduce((sum, domain) => sum + domain.chunks, 0);
  expect(encodeChunk).toHaveBeenCalledTimes(chunks);
});
