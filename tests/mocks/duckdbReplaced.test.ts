import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { createDuckdbSource } from '../../mocks/adapters/duckdb/index.js';
import { TABLE_NAMES } from '../../mocks/adapters/duckdb/schema.js';
import { createSyntheticSource } from '../../mocks/adapters/synthetic/index.js';
import { seededDatabase, temporaryFolder } from './support/duckdbFactory.js';
import { allContainerIds, everyRow } from './support/syntheticFactory.js';

const CONTAINERS = 200;
const REPLACED = 'were replaced while they were read; run the trace again';
const factoryOf = (seed: number) => createSyntheticSource({ containers: CONTAINERS, seed });
const containerIds = await allContainerIds(factoryOf(1));

async function exportTo(folder: string, seed: number): Promise<string> {
  await mkdir(folder);
  const instance = await DuckDBInstance.create(await seededDatabase(CONTAINERS, seed));
  const connection = await instance.connect();
  for (const name of TABLE_NAMES) {
    await connection.run(`COPY ${name} TO '${join(folder, name)}.parquet'`);
  }
  connection.closeSync();
  instance.closeSync();
  return folder;
}

/** A source on the Parquet files of one factory, and what puts those of another in their place. */
async function open(replaceFile: (from: string, to: string) => Promise<void>) {
  const folder = await temporaryFolder();
  const path = await exportTo(join(folder, 'live'), 1);
  const next = await exportTo(join(folder, 'next'), 2);
  const tempDirectory = join(folder, 'temp');
  await mkdir(tempDirectory);
  const source = createDuckdbSource({ path, batchIds: 20, tempDirectory });
  const replace = async () => {
    for (const file of await readdir(next)) await replaceFile(join(next, file), join(path, file));
  };
  return { source, replace, tempDirectory };
}

it.each([
  ['renamed over them', rename],
  ['written into them', copyFile],
])('a request whose Parquet files are replaced fails, by others %s', async (_, replaceFile) => {
  const { source, replace } = await open(replaceFile);
  const whole = await everyRow(source, containerIds, 'history');
  expect(whole).toEqual(await everyRow(factoryOf(1), containerIds, 'history'));
  const asked = new Set(containerIds);
  const reading = async () => {
    let isFirst = true;
    for await (const batch of source.fetchEvents(containerIds, 'history', { batchSize: 10 })) {
      expect(batch.rows().filter((row) => !asked.has(row.CONTAINERID as string))).toEqual([]);
      if (isFirst) await replace();
      isFirst = false;
    }
  };
  await expect(reading()).rejects.toThrow(REPLACED);
  await source.close();
});

it('a request that began with other Parquet files fails though later ones read the new', async () => {
  const { source, replace, tempDirectory } = await open(rename);
  const options = { batchSize: 10 };
  const early = source.fetchEvents(containerIds, 'history', options)[Symbol.asyncIterator]();
  await early.next();
  await replace();
  const later = await allContainerIds(factoryOf(2));
  expect(await everyRow(source, later, 'rejects')).toEqual(
    await everyRow(factoryOf(2), later, 'rejects'),
  );
  const rest = async () => {
    while (!(await early.next()).done);
  };
  await expect(rest()).rejects.toThrow(REPLACED);
  await source.close();
  expect(await readdir(tempDirectory)).toEqual([]);
});
