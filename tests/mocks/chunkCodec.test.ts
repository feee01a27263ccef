import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ChunkDamagedError,
  type CompressedChunk,
  compressChunk,
  createChunkEncoder,
  openChunk,
} from '../../mocks/results/chunkCodec.js';
import { ResultDamagedError, createChunkReader } from '../../mocks/results/chunkReader.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const rowsArbitrary = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 });
const compress = (rows: unknown[]) =>
  compressChunk(encode(JSON.stringify(rows)), rows.length, nodeCompression);

describe('a compressed chunk', () => {
  it('comes back to the byte, and tells its rows', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const chunk = openChunk(compress(rows), nodeCompression) as CompressedChunk;
        const json = JSON.stringify(rows);
        expect(decode(chunk.inflate())).toBe(json);
        expect(chunk.rowCount).toBe(rows.length);
        expect(chunk.length).toBe(encode(json).length);
        expect(chunk.crc).toBe(nodeCompression.crc32(encode(json)));
      }),
    );
  });

  it('is not taken for JSON where its first byte is another one and brackets are within', () => {
    for (const bytes of [
      [0x9c, 0x5b, 0x31, 0x5d, 0xff],
      [0x5b, 0x31, 0x5d, 0xff],
      [0x9c, 0x5b, 0x5d],
      [0x5b],
      [],
    ]) {
      expect(() => openChunk(Uint8Array.from(bytes), nodeCompression)).toThrow(ChunkDamagedError);
    }
  });

  it('is told from any that differs in one bit, or ends early', () => {
    const place = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(rowsArbitrary, place, fc.boolean(), (rows, [at, bits], cut) => {
        const stored = compress(rows);
        const damaged = cut ? stored.slice(0, at % stored.length) : stored.slice();
        if (!cut) damaged[at % stored.length]! ^= bits;
        expect(() => openChunk(damaged, nodeCompression)).toThrow(ChunkDamagedError);
      }),
    );
  });

  it('is a tenth of its JSON where rows repeat themselves', () => {
    const rows = Array.from({ length: 500 }, (_, i) => ({
      CONTAINERID: i >> 3,
      SPEC: 'x'.repeat(40),
    }));
    expect(compress(rows).length).toBeLessThan(JSON.stringify(rows).length / 10);
  });

  it('cannot be read where nothing inflates', () => {
    expect(() => openChunk(compress([1]), undefined)).toThrow('cannot inflate');
  });
});

describe('a plain chunk', () => {
  it('is its array, whatever white space stands around it', () => {
    const chunk = openChunk(encode(' [{"a": 1}] \n'), undefined);
    expect(decode(chunk as Uint8Array)).toBe('[{"a": 1}]');
  });

  it.each(['', '{}', 'null', ']['])('is damaged where it is no array: %s', (text) => {
    expect(() => openChunk(encode(text), nodeCompression)).toThrow(ChunkDamagedError);
  });

  it('is what the encoder makes under json, and where nothing compresses', () => {
    const json = encode('[1]');
    expect(createChunkEncoder('json', nodeCompression)(json, 1)).toBe(json);
    expect(createChunkEncoder('deflate')(json, 1)).toBe(json);
    expect(createChunkEncoder('deflate', nodeCompression)(json, 1)[0]).toBe(0x9d);
  });
});

describe('createChunkReader', () => {
  const reader = (bytes: Uint8Array | null) =>
    createChunkReader({ get: async () => bytes }, 'job', nodeCompression);

  it('counts the rows of a plain chunk only where nobody knows them', async () => {
    const bytes = encode('[1, 2, 3]');
    expect((await reader(bytes).read('d', 0))?.rowCount).toBe(3);
    expect((await reader(bytes).read('d', 0, 7))?.rowCount).toBe(7);
    expect(await reader(null).read('d', 0)).toBeNull();
  });

  it('names the chunk that holds other rows than it should, or is damaged', async () => {
    const holds = reader(compress([1, 2])).read('d', 4, 3);
    await expect(holds).rejects.toThrow(ResultDamagedError);
    await expect(holds).rejects.toThrow('Chunk 4 of d is damaged: it holds 2 rows in place of 3.');
    await expect(reader(encode('{}')).read('d', 4)).rejects.toThrow(ResultDamagedError);
  });
});
