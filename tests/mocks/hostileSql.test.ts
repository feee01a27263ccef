import { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TRACE_DOMAINS } from '../../src/protocol/index.js';
import { createDuckdbSource } from '../../mocks/adapters/duckdb/index.js';
import { openDatabase } from '../../mocks/adapters/duckdb/openDatabase.js';
import type { SeedQuery } from '../../mocks/ports.js';
import { seededDatabase } from './support/duckdbFactory.js';
import { HOSTILE_TEXTS } from './support/hostileTexts.js';

const source = createDuckdbSource({ path: await seededDatabase(56) });
const { seeds } = await source.resolveSeeds({ profile: 'mid_section_defect', params: {} });
const KNOWN = seeds.map((seed) => seed.container_id);
afterAll(() => source.close());

const INJECTIONS = [
  ...HOSTILE_TEXTS,
  "x' UNION SELECT 1, encode('{}') --",
  "'); ATTACH '/tmp/evil.duckdb'; --",
  '$station) OR (true',
  '"]\', \'["VARCHAR"]',
  "read_text('/etc/passwd')",
];
const KINDS = [
  ...['wafer_lot', 'lot_id', 'work_order'].map((kind) => ['query_tool', kind] as const),
  ...['serial_number', 'gd_work_order', 'gd_lot_id'].map(
    (kind) => ['query_tool_reverse', kind] as const,
  ),
  ...['wafer_lot', 'lot_id', 'work_order'].map((kind) => ['mid_section_defect', kind] as const),
];

/** Everything that is said to the database meanwhile. */
let texts: Set<string>;
beforeEach(() => {
  texts = new Set();
  for (const method of ['stream', 'run'] as const) {
    const plain = DuckDBConnection.prototype[method] as (...args: unknown[]) => Promise<never>;
    vi.spyOn(DuckDBConnection.prototype, method).mockImplementation(function (
      this: DuckDBConnection,
      ...args: unknown[]
    ) {
      texts.add(String(args[0]));
      return plain.apply(this, args);
    });
  }
});
afterEach(() => vi.restoreAllMocks());

async function rowsOf(ids: readonly string[]): Promise<number> {
  let rows = 0;
  for (const domain of TRACE_DOMAINS) {
    for await (const batch of source.fetchEvents(ids, domain, { batchSize: 100 })) {
      rows += batch.rowCount;
    }
  }
  return rows;
}

/** All questions that a source knows, with these texts wherever any may stand. */
async function askAll(asked: readonly string[]) {
  const found: object[] = [];
  for (const [profile, resolve_type] of KINDS) {
    const params = { mode: 'container', resolve_type, values: [...asked], station: asked[0] };
    found.push(...(await source.resolveSeeds({ profile, params } as SeedQuery)).seeds);
  }
  for (const direction of ['backward', 'forward'] as const) {
    found.push(...(await source.fetchLineage({ containerIds: asked, direction })).nodes);
  }
  for (const text of asked) {
    const params = { start_date: text, end_date: text, station: text, loss_reasons: text };
    const query = { profile: 'mid_section_defect', params } as const;
    found.push(...(await source.resolveSeeds(query)).seeds);
    const detection = source.fetchDetection({ containerIds: [...asked, ...KNOWN], station: text });
    for await (const rows of detection) found.push(...rows);
  }
  return { found, rows: await rowsOf(asked) };
}

it('a database is opened for reading alone', async () => {
  const { instance, close } = await openDatabase({ path: await seededDatabase(1), threads: 1 });
  const connection = await instance.connect();
  const write = connection.run('CREATE TABLE written (a INTEGER)');
  await expect(write).rejects.toThrow('read-only');
  connection.closeSync();
  await close();
});

describe('a database that is asked for hostile values', () => {
  it('has no rows for them, fails on none, and hears no text that has one in it', async () => {
    await askAll(['48810400000a1b2c']);
    const harmless = new Set(texts);
    expect(harmless.size).toBeGreaterThan(10);
    expect(await askAll(INJECTIONS)).toEqual({ found: [], rows: 0 });
    expect([...texts].filter((text) => !harmless.has(text))).toEqual([]);
    // what was asked before has dropped nothing, and hides nothing
    expect(await rowsOf(KNOWN)).toBeGreaterThan(0);
    expect(await rowsOf([...INJECTIONS, ...KNOWN])).toBe(await rowsOf(KNOWN));
  });
});
