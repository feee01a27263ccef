import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { TABLE_NAMES } from './schema.js';

export interface DatabaseOptions {
  /** A .duckdb file, which is only read, or a folder with a Parquet file for each of its tables. */
  path: string;
  /** What DuckDB may hold; beyond it, it writes to the temporary folder. MB. @default 128 */
  memoryLimitMb?: number;
  /** Where the folder for what does not fit into memory is made. @default the system's */
  tempDirectory?: string;
  /** Threads that DuckDB may use. */
  threads: number;
}

/** An open database; its temporary folder is its own, and goes with it. */
export interface Database {
  instance: DuckDBInstance;
  close(): Promise<void>;
}

/** @throws Error that names the path where there is no such database */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { path, memoryLimitMb = 128, tempDirectory = tmpdir(), threads } = options;
  // processes that spilled into one folder have crashed each other
  const temp = await mkdtemp(join(tempDirectory, 'trace-duckdb-'));
  const removeTemp = () => rm(temp, { recursive: true, force: true });
  const config = {
    memory_limit: `${memoryLimitMb}MB`,
    temp_directory: temp,
    threads: String(threads),
    autoinstall_known_extensions: 'false',
  };
  try {
    const isFolder = (await stat(path)).isDirectory();
    const instance = isFolder
      ? await openParquet(path, config)
      : await DuckDBInstance.create(path, { ...config, access_mode: 'READ_ONLY' });
    return {
      instance,
      async close() {
        instance.closeSync();
        await removeTemp();
      },
    };
  } catch (cause) {
    await removeTemp();
    throw new Error(
      `The trace database ${path} could not be opened; "npm run seed" makes one. ${String(cause)}`,
      { cause },
    );
  }
}

/** A view a table; the folder is a setting, so that its name is part of no SQL. */
async function openParquet(path: string, config: Record<string, string>): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    ...config,
    file_search_path: path,
  });
  const connection = await instance.connect();
  try {
    await connection.run('SET parquet_metadata_cache = true');
    for (const name of TABLE_NAMES) {
      await connection.run(`CREATE VIEW ${name} AS FROM read_parquet('${name}.parquet')`);
    }
  } catch (error) {
    connection.closeSync();
    instance.closeSync();
    throw error;
  }
  connection.closeSync();
  return instance;
}
