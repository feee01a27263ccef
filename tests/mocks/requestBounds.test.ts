import { expect, it } from 'vitest';
import type { TraceSettings } from '../../mocks/settings.js';
import { createTestBackend } from './api/backend.js';
import { post, readError } from './api/client.js';

const MSD = 'mid_section_defect';
const ids = (count: number) => Array.from({ length: count }, (_, i) => `id-${i}`);
const events = (count: number) => ({
  profile: MSD,
  container_ids: ids(count),
  domains: ['holds'],
});

/** Asks an app of its own. */
function hostOf(settings?: Partial<TraceSettings>) {
  const { app } = createTestBackend({ settings, withQueue: false });
  const request = async (path: string, init?: RequestInit) => app.request(path, init);
  return { request, close: async () => undefined };
}

it('requests that name more containers than a trace may have are refused', async () => {
  const host = hostOf({ maxContainerIds: 3 });
  for (const stage of ['events', 'lineage']) {
    expect((await post(host, `/api/trace/${stage}`, events(3))).status).toBe(200);
    const refused = await readError(await post(host, `/api/trace/${stage}`, events(4)));
    expect(refused).toMatchObject({ status: 413, error: { code: 'CID_LIMIT_EXCEEDED' } });
  }
});

it('long texts and long lists are refused', async () => {
  const host = hostOf();
  const seeds = async (values: string[]) => {
    const params = { resolve_type: 'lot_id', values };
    const body = { profile: 'query_tool', params };
    return (await post(host, '/api/trace/seed-resolve', body)).status;
  };
  expect(await seeds(['x'.repeat(1_000)])).toBe(200);
  expect(await seeds(['x'.repeat(1_001)])).toBe(400);
  expect(await seeds(ids(10_000))).toBe(200);
  expect(await seeds(ids(10_001))).toBe(400);
});

it('long lists and texts of loss reasons are refused', async () => {
  const host = hostOf();
  const lineage = async (loss_reasons: unknown) => {
    const body = { ...events(1), params: { loss_reasons } };
    return (await post(host, '/api/trace/lineage', body)).status;
  };
  expect(await lineage(','.repeat(10_000))).toBe(200);
  expect(await lineage(','.repeat(10_001))).toBe(400);
  expect(await lineage(ids(10_000))).toBe(200);
  expect(await lineage(ids(10_001))).toBe(400);
});

it('requests that name more seeds than a trace may have containers are refused', async () => {
  const host = hostOf({ maxContainerIds: 3 });
  const ask = async (count: number) => {
    const body = { ...events(1), seed_container_ids: ids(count) };
    return readError(await post(host, '/api/trace/events', body));
  };
  expect((await ask(3)).status).toBe(200);
  expect(await ask(4)).toMatchObject({ status: 413, error: { code: 'CID_LIMIT_EXCEEDED' } });
});
