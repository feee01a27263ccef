import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createDuckdbSource, seedDatabase } from '../../mocks/adapters/duckdb/index.js';
import { createSyntheticSource } from '../../mocks/adapters/synthetic/index.js';
import { temporaryFolder } from './support/duckdbFactory.js';
import { wholeLineage } from './support/syntheticFactory.js';

it('is made beside the file and renamed over it, under those who read it', async () => {
  const path = join(await temporaryFolder(), 'data', 'trace.duckdb');
  const told: number[] = [];
  const counts = await seedDatabase({ path, lots: 45, seed: 2, onProgress: (n) => told.push(n) });
  const small = await wholeLineage(createSyntheticSource({ containers: 45, seed: 2 }));
  expect(counts).toMatchObject({ containers: 45, lineage: small.edges.length });
  expect(told).toEqual([45]);

  const reader = createDuckdbSource({ path });
  expect(await wholeLineage(reader)).toEqual(small);
  await seedDatabase({ path, lots: 60, seed: 2 });
  expect(await wholeLineage(reader)).toEqual(small);
  await reader.close();

  const later = createDuckdbSource({ path });
  expect((await wholeLineage(later)).nodes).toHaveLength(60);
  await later.close();
  expect(await readdir(dirname(path))).toEqual(['trace.duckdb']);
});

it('leaves what was there where the new file cannot take its place', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'trace.duckdb');
  await mkdir(join(path, 'in-the-way'), { recursive: true });
  await expect(seedDatabase({ path, lots: 20, seed: 1 })).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['trace.duckdb']);
  expect(await readdir(path)).toEqual(['in-the-way']);
});

it('gives the same tables in parts as in one', async () => {
  const path = join(await temporaryFolder(), 'trace.duckdb');
  const factory = { containers: 4030, seed: 1 };
  const counts = await seedDatabase({ path, lots: factory.containers, seed: factory.seed });
  expect(counts.containers).toBe(factory.containers);
  const source = createDuckdbSource({ path });
  expect(await wholeLineage(source)).toEqual(await wholeLineage(createSyntheticSource(factory)));
  await source.close();
});

it('begins when it is called, and not by being loaded', async () => {
  const write = vi.spyOn(process.stdout, 'write');
  const { seed } = await import('../../mocks/seed.js');
  expect(seed).toBeTypeOf('function');
  expect(write).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
