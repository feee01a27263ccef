import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { seedDatabase } from '../../../mocks/adapters/duckdb/index.js';

/** A folder that goes after the file's tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'duckdb-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A database with the containers of a synthetic factory. */
export async function seededDatabase(lots: number, seed = 1): Promise<string> {
  const path = join(await temporaryFolder(), 'trace.duckdb');
  await seedDatabase({ path, lots, seed });
  return path;
}
