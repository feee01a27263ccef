import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import {
  BrokenQueryError,
  createDuckdbSource,
  type DuckdbSourceOptions,
  QueryTimeoutError,
} from '../../mocks/adapters/duckdb/index.js';
import { TABLE_NAMES } from '../../mocks/adapters/duckdb/schema.js';
import { streamQuery } from '../../mocks/adapters/duckdb/streamQuery.js';
import { openNodeSource } from '../../mocks/nodeSource.js';
import { createSyntheticSource } from '../../mocks/adapters/synthetic/index.js';
import { describeTraceSource } from './ports/traceSourceSuite.js';
import { seededDatabase, temporaryFolder } from './support/duckdbFactory.js';
import { allContainerIds, everyRow } from './support/syntheticFactory.js';

const FACTORY = { containers: 112, seed: 3 };
const path = await seededDatabase(FACTORY.containers, FACTORY.seed);
const ids = await allContainerIds(createSyntheticSource(FACTORY));

/** A copy of the database, changed by some SQL. */
async function changed(sql: string): Promise<string> {
  const copy = join(await temporaryFolder(), "it's.duckdb");
  const instance = await DuckDBInstance.create(copy);
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS source (READ_ONLY)`);
  await connection.run(`COPY FROM DATABASE source TO "it's"`);
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  return copy;
}

async function withSource<T>(
  options: DuckdbSourceOptions,
  use: (source: ReturnType<typeof createDuckdbSource>) => Promise<T>,
): Promise<T> {
  const source = createDuckdbSource(options);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

const parquet = join(await temporaryFolder(), "it's parquet");
await mkdir(parquet);
await withInstance(async (connection) => {
  await connection.run(`ATTACH '${path}' AS source (READ_ONLY)`);
  for (const name of TABLE_NAMES) {
    const file = join(parquet, `${name}.parquet`).replaceAll("'", "''");
    await connection.run(`COPY source.${name} TO '${file}'`);
  }
});
const parquetSource = createDuckdbSource({ path: parquet, batchIds: 50 });
afterAll(() => parquetSource.close());
await describeTraceSource('Parquet files', parquetSource, FACTORY);

async function withInstance<T>(
  use: (
    connection: Awaited<ReturnType<DuckDBInstance['connect']>>,
    instance: DuckDBInstance,
  ) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    return await use(connection, instance);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const ENDLESS =
  'SELECT 1 AS ord, NULL AS json FROM range(100000000000) t(i) WHERE hash(i) = 1 ORDER BY i';
const query = { sql: ENDLESS, values: {} };
const options = { signal: new AbortController().signal, timeoutSeconds: 60, fetchRows: 100 };

describe('a query', () => {
  it('is interrupted by its signal at once', async () => {
    await withInstance(async (_, instance) => {
      const reason = new Error('left');
      const left = new AbortController();
      const rows = streamQuery(instance, query, { ...options, signal: left.signal }).next();
      setImmediate(() => left.abort(reason));
      await expect(rows).rejects.toBe(reason);
    });
  });

  it('is interrupted by its timeout, which the error names', async () => {
    await withInstance(async (_, instance) => {
      const rows = streamQuery(instance, query, { ...options, timeoutSeconds: 0.05 }).next();
      const error = await rows.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(QueryTimeoutError);
      expect(String(error)).toContain('within 0.05 s');
    });
  });

  it('that breaks off is no whole one', async () => {
    await withInstance(async (_, instance) => {
      const sql = `SELECT i::INTEGER AS ord, encode(CASE WHEN i > 90000 THEN error('full') ELSE 'x' END) AS json FROM range(100000) t(i)`;
      const broken = async () => {
        const stream = streamQuery(instance, { sql, values: {} }, options);
        for await (const chunks of stream) expect(chunks.length).toBeGreaterThan(0);
      };
      await expect(broken()).rejects.toThrow(BrokenQueryError);
    });
  });

  it('that is left early gives its memory back', async () => {
    await withInstance(async (connection, instance) => {
      const sql = `SELECT i::INTEGER AS ord, encode(repeat('x', 1000)) AS json FROM range(40000) t(i) ORDER BY i DESC`;
      const used = async () => {
        const memory = 'SELECT sum(memory_usage_bytes)::DOUBLE FROM duckdb_memory()';
        return Number((await (await connection.run(memory)).getRowsJS())[0]?.[0]);
      };
      const before = await used();
      for (let times = 0; times < 5; times++) {
        const stream = streamQuery(instance, { sql, values: {} }, options);
        await stream.next();
        await stream.return();
      }
      expect(await used()).toBeLessThan(before + 5_000_000);
    });
  });
});

describe('the DuckDB source', () => {
  it('gives null for what is no number', async () => {
    const copy = await changed(
      `UPDATE materials SET QTYCONSUMED = 'nan' WHERE ROWNO = 0; UPDATE materials SET QTYCONSUMED = '-infinity' WHERE ROWNO = 1`,
    );
    const rows = await withSource({ path: copy }, (source) => everyRow(source, ids, 'materials'));
    const empty = rows.filter((row) => row.QTYCONSUMED === null);
    expect(empty).toHaveLength(2 * ids.length);
  });

  it.each(['rejects', 'downstream_rejects'] as const)(
    'sums what is known of the parts of %s, and knows nothing where no part is known',
    async (domain) => {
      const parts = ['REJECT', 'STANDBY', 'QTYTOPROCESS', 'INPROCESS', 'PROCESSED'];
      const set = (values: (string | number)[]) =>
        `UPDATE rejects SET ${parts.map((part, i) => `${part}_QTY = ${values[i]}`).join(', ')}`;
      const copy = await changed(
        `${set([3, 'NULL', 0, 'NULL', 4])} WHERE ROWNO = 0; ${set(Array(5).fill('NULL'))} WHERE ROWNO = 1`,
      );
      const rows = await withSource({ path: copy }, (source) => everyRow(source, ids, domain));
      const totals = rows.map((row) => row.REJECT_TOTAL_QTY);
      expect(new Set(totals)).toEqual(new Set([7, null]));
    },
  );

  it('takes a run without a track-out for one that ended before all others', async () => {
    const parts = `CREATE TABLE parts AS SELECT LOTNO, EQUIPMENTID, TRACKINTIMESTAMP FROM lot_history GROUP BY ALL HAVING count(*) > 1`;
    const copy = await changed(
      `${parts}; UPDATE lot_history SET TRACKOUTTIMESTAMP = NULL FROM parts WHERE parts.LOTNO = lot_history.LOTNO AND parts.EQUIPMENTID = lot_history.EQUIPMENTID AND parts.TRACKINTIMESTAMP = lot_history.TRACKINTIMESTAMP AND lot_history.TRACKOUTTIMESTAMP = lot_history.TRACKINTIMESTAMP`,
    );
    const rows = await withSource({ path: copy }, (source) => everyRow(source, ids, 'history'));
    expect(rows).toEqual(await everyRow(createSyntheticSource(FACTORY), ids, 'history'));
  });

  it('names the database that it cannot open, and opens it when it is there', async () => {
    const folder = await temporaryFolder();
    await withSource({ path: join(folder, 'none.duckdb') }, async (source) => {
      const lineage = source.fetchLineage({ containerIds: ids, direction: 'forward' });
      await expect(lineage).rejects.toThrow('none.duckdb could not be opened');
    });
    await withSource({ path: folder }, async (source) => {
      const lineage = source.fetchLineage({ containerIds: ids, direction: 'forward' });
      await expect(lineage).rejects.toThrow('could not be opened');
    });
  });

  it('keeps its temporary folder to itself and takes it away', async () => {
    const tempDirectory = await temporaryFolder();
    await withSource({ path, tempDirectory }, async (source) => {
      await everyRow(source, ids, 'holds');
      await withSource({ path, tempDirectory }, async (other) => {
        await everyRow(other, ids, 'holds');
        expect(await readdir(tempDirectory)).toHaveLength(2);
      });
      expect(await readdir(tempDirectory)).toHaveLength(1);
    });
    expect(await readdir(tempDirectory)).toEqual([]);
  });

  it('ends what runs when it is closed', async () => {
    const source = createDuckdbSource({ path });
    const batches = source.fetchEvents(ids, 'history', { batchSize: 5 })[Symbol.asyncIterator]();
    await batches.next();
    const late = source.fetchLineage({ containerIds: ids, direction: 'forward' });
    const [lineage] = await Promise.allSettled([late, source.close()]);
    expect(lineage).toMatchObject({ status: 'rejected' });
    await expect(everyRow(source, ids, 'holds')).rejects.toThrow('was closed');
  });

  it('refuses what is no whole number', () => {
    expect(() => createDuckdbSource({ path, batchIds: 0 })).toThrow(
      'batchIds must be a whole number from 1, not 0.',
    );
  });

  it('is opened by its plain description', async () => {
    const { source, close } = openNodeSource({
      kind: 'duckdb',
      path,
      memoryLimitMb: 128,
      maxWorkers: 2,
      fetchRows: 5_000,
    });
    expect(await everyRow(source, ids, 'jobs')).not.toEqual([]);
    await close();
    const { source: synthetic } = openNodeSource({ kind: 'synthetic', ...FACTORY });
    expect(await everyRow(synthetic, ids, 'jobs')).not.toEqual([]);
  });
});
