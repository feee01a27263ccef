import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createFactory } from '../synthetic/factory.js';
import { factoryRows } from './factoryRows.js';
import { createTableSql, insertFileSql, TABLE_NAMES, type TableName } from './schema.js';

export interface SeedDatabaseOptions {
  /** The file that is made, or replaced when the new one is whole. */
  path: string;
  /** Containers of the factory. */
  lots: number;
  /** Seed of the factory. */
  seed: number;
  /** Told after each part, with the containers that are written. */
  onProgress?: (lotsDone: number) => void;
}

/** Whole families: a repair and a lineage stay in their part. */
const LOTS_A_PART = 4000;

/**
 * Writes the tables of a synthetic factory to a new DuckDB file beside `path`, and renames it over
 * that: whoever reads the old file goes on with it.
 * @returns rows per table
 */
export async function seedDatabase(
  options: SeedDatabaseOptions,
): Promise<Record<TableName, number>> {
  const { path } = options;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.draft`;
  await removeDraft(draft);
  try {
    const instance = await DuckDBInstance.create(draft, { memory_limit: '1GB', threads: '2' });
    try {
      const counts = await fillDatabase(await instance.connect(), draft, options);
      await rename(draft, path);
      return counts;
    } finally {
      instance.closeSync();
    }
  } finally {
    await removeDraft(draft);
  }
}

async function fillDatabase(
  connection: DuckDBConnection,
  draft: string,
  { lots, seed, onProgress }: SeedDatabaseOptions,
): Promise<Record<TableName, number>> {
  const factory = createFactory(seed, lots);
  const counts = Object.fromEntries(TABLE_NAMES.map((name) => [name, 0])) as Record<
    TableName,
    number
  >;
  await connection.run('BEGIN');
  for (const name of TABLE_NAMES) await connection.run(createTableSql(name));
  let inserted = Promise.resolve();
  for (let first = 0; first < lots; first += LOTS_A_PART) {
    const end = Math.min(lots, first + LOTS_A_PART);
    const tables = await factoryRows(factory, first, end);
    const texts = TABLE_NAMES.map((name): [TableName, string] => {
      counts[name] += tables[name].length;
      return [name, tables[name].map((row) => JSON.stringify(row)).join('\n')];
    });
    // the database takes a part in while the next one is made
    await inserted;
    inserted = insertPart(connection, rowsFile(draft), texts);
    // a failure is told at the next part
    inserted.catch(() => undefined);
    onProgress?.(end);
  }
  await inserted;
  await connection.run('COMMIT');
  // the file alone is renamed: nothing may be left in its log
  await connection.run('CHECKPOINT');
  connection.closeSync();
  return counts;
}

async function insertPart(
  connection: DuckDBConnection,
  file: string,
  texts: readonly (readonly [TableName, string])[],
): Promise<void> {
  for (const [name, text] of texts) {
    await writeFile(file, text);
    await connection.run(insertFileSql(name), { file });
  }
}

const rowsFile = (draft: string) => `${draft}.ndjson`;

/** The draft, its write-ahead log, and the rows that were on their way into it. */
async function removeDraft(draft: string): Promise<void> {
  const files = [draft, `${draft}.wal`, rowsFile(draft)];
  await Promise.all(files.map((file) => rm(file, { force: true })));
}
