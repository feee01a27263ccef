import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { ChunkMissingError, createChunkReader } from '../../mocks/results/chunkReader.js';
import { readRows, type RowSlice } from '../../mocks/results/resultChunks.js';
import { chunkKey } from '../../mocks/results/resultMeta.js';
import { findRowBounds } from '../../mocks/results/rowBounds.js';
import { storeResult, type StoredValues, withoutKey } from './support/storeResult.js';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** JSON as Python's json.dumps spaces it. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${pythonJson(v)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}

const anyRows = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 8 });

describe('findRowBounds', () => {
  it('finds the rows of any JSON array, as JSON.parse does', () => {
    fc.assert(
      fc.property(anyRows, fc.constantFrom(JSON.stringify, pythonJson), (rows, write) => {
        const bytes = encode(write(rows));
        const bounds = findRowBounds(bytes);
        expect(bounds).toHaveLength(rows.length + 1);
        const found = rows.map((_, i) => {
          const end = bounds[i + 1]! - (i < rows.length - 1 ? 1 : 0);
          return JSON.parse(decode(bytes.subarray(bounds[i], end)));
        });
        expect(found).toEqual(JSON.parse(decode(bytes)));
      }),
    );
  });

  it('takes quotes, brackets and backslashes inside of texts for text', () => {
    const rows = ['a"]}', '\\', '\\"', '[{,', '🙂'];
    expect(findRowBounds(encode(JSON.stringify(rows)))).toHaveLength(6);
  });

  it('looks no further than it is told to', () => {
    const bytes = encode('[10,20,30,not even JSON');
    expect(findRowBounds(bytes, 2)).toEqual([1, 4, 7]);
  });

  it('finds no row in an empty array', () => {
    for (const text of ['[]', '[ ]', '[\n]']) expect(findRowBounds(encode(text))).toHaveLength(1);
  });
});

async function storeChunks(rows: unknown[], size: number, write: (rows: unknown[]) => string) {
  const store = createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 });
  const chunks = Math.ceil(rows.length / size);
  const values: StoredValues = {};
  for (let i = 0; i < chunks; i++) {
    values[chunkKey('d', i)] = write(rows.slice(i * size, (i + 1) * size));
  }
  await storeResult(store, 'job', values);
  return { store, chunks };
}

async function collect(slices: AsyncIterable<RowSlice>) {
  const rows: unknown[] = [];
  for await (const slice of slices) {
    const part = JSON.parse(`[${decode(await slice.rows.read())}]`) as unknown[];
    slice.rows.end();
    expect(part).toHaveLength(slice.rowCount);
    rows.push(...part);
  }
  return rows;
}

describe('readRows', () => {
  it('reads any range of rows, of our chunks and of chunks written by Python', async () => {
    const counts = fc.record({
      rows: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 30 }),
      size: fc.integer({ min: 1, max: 9 }),
      offset: fc.nat(35),
      limit: fc.oneof(fc.nat(35), fc.constant(Infinity)),
      python: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(counts, async ({ rows, size, offset, limit, python }) => {
        const { store, chunks } = await storeChunks(
          rows,
          size,
          python ? pythonJson : JSON.stringify,
        );
        const meta = { chunks, total: rows.length, ...(!python && { batch_size: size }) };
        const read = await collect(
          readRows(createChunkReader(store, 'job'), 'd', meta, offset, limit),
        );
        expect(read).toEqual(JSON.parse(JSON.stringify(rows.slice(offset, offset + limit))));
      }),
    );
  });

  it('reads only the chunks that hold the rows', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ i }));
    const { store, chunks } = await storeChunks(rows, 10, JSON.stringify);
    const read: string[] = [];
    const spy = {
      get: (job: string, key: Parameters<typeof store.get>[1]) => (
        read.push(key),
        store.get(job, key)
      ),
    };
    const meta = { chunks, total: 100, batch_size: 10 };
    await collect(readRows(createChunkReader(spy, 'job'), 'd', meta, 57, 5));
    expect(read).toEqual(['result:d:5', 'result:d:6']);
  });

  it('passes whole chunks on without copying them', async () => {
    const { store, chunks } = await storeChunks([{ a: 1 }, { a: 2 }, { a: 3 }], 2, JSON.stringify);
    const meta = { chunks, total: 3, batch_size: 2 };
    for await (const { rows } of readRows(createChunkReader(store, 'job'), 'd', meta)) {
      const stored = [await store.get('job', 'result:d:0'), await store.get('job', 'result:d:1')];
      expect(stored.map((chunk) => chunk!.buffer)).toContain((await rows.read()).buffer);
      rows.end();
    }
  });

  it('says where the chunks hold other rows than the meta tells', async () => {
    const { store } = await storeChunks([1, 2], 2, pythonJson);
    const one = collect(readRows(createChunkReader(store, 'job'), 'd', { chunks: 1, total: 5 }));
    await expect(one).rejects.toThrow('The stored chunks of d hold 2 rows in place of 5.');
    const { store: other } = await storeChunks([1, 2, 3], 2, pythonJson);
    const two = collect(readRows(createChunkReader(other, 'job'), 'd', { chunks: 2, total: 5 }));
    await expect(two).rejects.toThrow('hold 3 rows');
  });

  it('says where a chunk holds fewer rows than it should', async () => {
    const { store } = await storeChunks([1, 2], 2, JSON.stringify);
    const meta = { chunks: 1, total: 5, batch_size: 5 };
    const part = collect(readRows(createChunkReader(store, 'job'), 'd', meta, 1, 3));
    await expect(part).rejects.toThrow('hold 1 rows in place of 3');
  });

  it('says which chunk is missing', async () => {
    const { store, chunks } = await storeChunks([1, 2, 3, 4], 1, JSON.stringify);
    const meta = { chunks, total: 4, batch_size: 1 };
    const reading = collect(
      readRows(createChunkReader(withoutKey(store, 'result:d:2'), 'job'), 'd', meta),
    );
    await expect(reading).rejects.toThrow(new ChunkMissingError('d', 2));
  });
});
