import type { Page } from 'playwright';
import { createSource } from '../../mocks/adapters/createSource.js';
import type { TraceDomain } from '../../src/protocol/index.js';
import { tableChecksum } from '../../bench/tableChecksum.mjs';

/** Fails the test for whatever the page says on its console or does not catch. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}

/** Checksums of the page's tables, by domain, over all cells. */
export function pageChecksums(page: Page): Promise<Record<string, string>> {
  return page.evaluate((source) => {
    interface Table {
      rowCount: number;
      columns: { name: string }[];
      value(row: number, column: string): unknown;
    }
    interface Store {
      $id: string;
      domains: { name: string }[];
      tables: { get(name: string): Table };
    }
    const app = (
      document.querySelector('#app') as unknown as {
        __vue_app__: { config: { globalProperties: { $pinia: { _s: Map<string, Store> } } } };
      }
    ).__vue_app__;
    const [store] = app.config.globalProperties.$pinia._s.values();
    const checksum = new Function(`return (${source})`)() as typeof tableChecksum;
    return Object.fromEntries(
      store!.domains.map(({ name }) => {
        const table = store!.tables.get(name);
        const columns = table.columns.map((column) => column.name);
        return [name, checksum(table.rowCount, columns, (row, column) => table.value(row, column))];
      }),
    );
  }, tableChecksum.toString());
}

/** The same checksums, straight from the source, for an MSD trace backward over a whole factory. */
export async function sourceChecksums(containers: number, domains: TraceDomain[]) {
  const source = createSource({ kind: 'synthetic', containers, seed: 1 });
  const params = { mode: 'date_range', start_date: '2025-09-01', end_date: '2026-02-27' } as const;
  const { seeds } = await source.resolveSeeds({ profile: 'mid_section_defect', params });
  const ids = new Set(seeds.map((seed) => seed.container_id));
  const lineage = await source.fetchLineage({ containerIds: [...ids], direction: 'backward' });
  const parents = new Map<string, string[]>();
  for (const { from_cid, to_cid } of lineage.edges) {
    parents.set(to_cid, [...(parents.get(to_cid) ?? []), from_cid]);
  }
  // seed by seed, each with its ancestors breadth first: the order in which the client asks
  for (const { container_id } of seeds) {
    const reached = new Set([container_id]);
    for (const id of reached) for (const parent of parents.get(id) ?? []) reached.add(parent);
    for (const id of reached) ids.add(id);
  }
  const checksums: Record<string, string> = {};
  for (const domain of domains) {
    const rows: Record<string, unknown>[] = [];
    for await (const batch of source.fetchEvents([...ids], domain, { batchSize: 5_000 })) {
      for (const row of batch.rows()) rows.push(row);
    }
    const columns = new Set(rows.flatMap((row) => Object.keys(row)));
    checksums[domain] = tableChecksum(
      rows.length,
      [...columns],
      (row, column) => rows[row]![column],
    );
  }
  return checksums;
}
