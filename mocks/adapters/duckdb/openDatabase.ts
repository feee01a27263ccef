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
  /** False once the files that are read are not those that were opened. */
  isCurrent(): Promise<boolean>;
  close(): Promise<void>;
}

/** Files of the database were replaced while a request read them. */
export class DatabaseReplacedError extends Error {
  override readonly name = 'DatabaseReplacedError';

  constructor() {
    super(
      'The files of the trace database were replaced while they were read; run the trace again.',
    );
  }
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
    // before they are opened: what is replaced from then on is told
    const files = isFolder ? await identify(path) : '';
    const instance = isFolder
      ? await openParquet(path, config)
      : await DuckDBInstance.create(path, { ...config, access_mode: 'READ_ONLY' });
    return {
      instance,
      // a .duckdb file is held open, and stays what it was
      isCurrent: async () => !isFolder || (await identify(path)) === files,
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

/** What tells the Parquet files of a folder from those that take their place: each query opens them anew. */
async function identify(folder: string): Promise<string> {
  const files = TABLE_NAMES.map(async (name) => {
    const file = join(folder, `${name}.parquet`);
    const stats = await stat(file, { bigint: true }).catch(() => null);
    return stats && `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  });
  return (await Promise.all(files)).join();
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
