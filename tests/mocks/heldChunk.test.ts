import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { inParts, PART_BYTES, SLOW_MS } from '../../mocks/http/bodyParts.js';
import { gzipPieces, plainPieces } from '../../mocks/http/gzipBody.js';
import type { StreamPieces } from '../../mocks/http/streamBody.js';
import { createChunkReader, readChunks } from '../../mocks/results/chunkReader.js';
import { compressChunk } from '../../mocks/results/chunkCodec.js';
import type { ChunkCompression } from '../../mocks/results/ChunkCompression.js';
import { ChunkChangedError, type HeldChunk } from '../../mocks/results/HeldChunk.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';
import { gunzipSync } from 'node:zlib';

const encode = (text: string) => new TextEncoder().encode(text);
/** Texts that hardly compress, of some parts. */
const jsonOf = (name: string) =>
  JSON.stringify(Array.from({ length: 20_000 }, (_, i) => `${name}${Math.sin(i)}`));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Chunks as a store holds them, what was read of them, and a reader of them. */
function createStore(stored: Uint8Array[], compression: ChunkCompression | null = nodeCompression) {
  const reads: string[] = [];
  const store = {
    get: async (_job: string, key: string) => {
      reads.push(key);
      const value = stored[Number(key.at(-1))];
      // as a client of Redis gives it: a part of a larger buffer
      return value ? Buffer.concat([value, new Uint8Array(8)]).subarray(0, value.length) : null;
    },
  };
  const reader = createChunkReader(store, 'job', compression ?? undefined);
  const read = (index: number) => reader.read('d', index);
  return { reads, stored, read, chunks: () => readChunks(0, stored.length, read) };
}

/** The first part of a body that is of a chunk: a gzip body begins with a header. */
async function firstPart(body: AsyncIterator<Uint8Array>): Promise<void> {
  for (;;) {
    const { done, value } = await body.next();
    if (done || value.byteLength === PART_BYTES) return;
  }
}

async function* each(chunks: AsyncIterable<HeldChunk | null>): StreamPieces {
  for await (const chunk of chunks) yield chunk!;
}

const FORMS = [
  ['plain chunks, plain body', (json: string) => encode(json), plainPieces, (b: Buffer) => b],
  [
    'compressed chunks, plain body',
    (json: string) => compressChunk(encode(json), 20_000, nodeCompression),
    plainPieces,
    (b: Buffer) => b,
  ],
  [
    'compressed chunks, gzip body',
    (json: string) => compressChunk(encode(json), 20_000, nodeCompression),
    (pieces: StreamPieces) => gzipPieces(pieces, nodeCompression),
    (b: Buffer) => gunzipSync(b),
  ],
  [
    'plain chunks, gzip body',
    (json: string) => encode(json),
    (pieces: StreamPieces) => gzipPieces(pieces, nodeCompression),
    (b: Buffer) => gunzipSync(b),
  ],
] as const;

describe.each(FORMS)('a body of %s', (_name, store, make, plain) => {
  const texts = ['a', 'b', 'c'].map(jsonOf);

  it('is the same for a reader who rests after each part, and holds no chunk meanwhile', async () => {
    const { chunks, reads } = createStore(texts.map(store));
    const parts: Uint8Array[] = [];
    for await (const part of inParts(make(each(chunks())))) {
      // a view would hold the bytes around it too
      expect(part.buffer.byteLength).toBeLessThanOrEqual(PART_BYTES);
      parts.push(part);
      await vi.advanceTimersByTimeAsync(3 * SLOW_MS);
    }
    expect(plain(Buffer.concat(parts)).toString()).toBe(texts.join(''));
    expect(reads.length).toBeGreaterThan(2 * texts.length);
  });

  it('holds the chunk that was read ahead no more than the one that is sent', async () => {
    const { chunks, reads } = createStore(texts.map(store));
    const body = inParts(make(each(chunks())));
    await firstPart(body);
    await vi.advanceTimersByTimeAsync(3 * SLOW_MS);
    while (!(await body.next()).done);
    expect(reads.map((key) => key.at(-1)).sort()).toEqual(['0', '0', '1', '1', '2']);
  });

  it('is read once for a reader who does not rest', async () => {
    const { chunks, reads } = createStore(texts.map(store));
    const parts: Uint8Array[] = [];
    for await (const part of inParts(make(each(chunks())))) parts.push(part);
    expect(plain(Buffer.concat(parts)).toString()).toBe(texts.join(''));
    expect(reads).toHaveLength(texts.length);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['another chunk is stored by then', () => store(jsonOf('x')), ChunkChangedError],
    ['the chunk is gone by then', () => null, 'is no longer stored'],
  ])('breaks off where %s', async (_what, replaced, error) => {
    const { chunks, stored } = createStore([store(texts[0]!)]);
    const body = inParts(make(each(chunks())));
    const rest = async () => {
      for await (const part of body) {
        if (part.byteLength < PART_BYTES) continue; // gzip's header
        stored[0] = replaced() as Uint8Array;
        await vi.advanceTimersByTimeAsync(3 * SLOW_MS);
      }
    };
    await expect(rest()).rejects.toThrow(error);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('holds no chunk that was sent, nor any that followed one', async () => {
  const { chunks, reads } = createStore(['a', 'b', 'c', 'd'].map(jsonOf).map(FORMS[2][1]));
  const sent: HeldChunk[] = [];
  async function* remembered(): StreamPieces {
    for await (const chunk of chunks()) {
      sent.push(chunk!);
      yield chunk!;
    }
  }
  const body = inParts(gzipPieces(remembered(), nodeCompression));
  while (sent.length < 4) await body.next();
  expect(sent[0]!.ahead).toBeUndefined();
  expect(sent[1]!.ahead).toBeUndefined();
  expect(reads).toHaveLength(4);
  await sent[0]!.read();
  expect(reads).toHaveLength(5);
  await body.return();
});

it('holds a chunk by a buffer of its own, and nothing of it once it has ended', async () => {
  const json = encode(jsonOf('a'));
  const { read, reads } = createStore([json]);
  const chunk = (await read(0))!;
  const { buffer } = (await chunk.read()) as Uint8Array;
  expect(buffer.byteLength).toBe(json.byteLength);
  await chunk.seal(nodeCompression.crc32);
  const held = chunk.json();
  await held.read();
  held.end();
  expect(reads).toHaveLength(1);
  await held.read();
  expect(reads).toHaveLength(2);
  held.end();
});

it('knows another chunk of the same check sum by its length', async () => {
  const alike = { ...nodeCompression, crc32: () => 0 };
  const { read, stored } = createStore([encode(jsonOf('a'))], alike);
  const chunk = (await read(0))!;
  chunk.letGo();
  stored[0] = encode(jsonOf('longer'));
  await expect(chunk.read()).rejects.toThrow(ChunkChangedError);
});

it('holds every chunk on its way where nothing can tell it from another one', async () => {
  const texts = ['a', 'b'].map(jsonOf);
  const { chunks, reads } = createStore(texts.map(encode), null);
  const parts: Uint8Array[] = [];
  for await (const part of inParts(plainPieces(each(chunks())))) {
    parts.push(part);
    await vi.advanceTimersByTimeAsync(3 * SLOW_MS);
  }
  expect(Buffer.concat(parts).toString()).toBe(texts.join(''));
  expect(reads).toHaveLength(2);
});

/** Opens bodies of such a form, which are closed behind the test: the room is everybody's. */
function openBodies([, store, make]: (typeof FORMS)[number]) {
  const { chunks, reads } = createStore(['a', 'b'].map(jsonOf).map(store));
  const opened: ReturnType<typeof inParts>[] = [];
  onTestFinished(async () => void (await Promise.all(opened.map((body) => body.return()))));
  const open = () => {
    const body = inParts(make(each(chunks())));
    opened.push(body);
    return body;
  };
  return { open, reads };
}

it.each([
  [FORMS[0][0], FORMS[0], 2],
  [FORMS[1][0], FORMS[1], 1],
  [FORMS[3][0], FORMS[3], 2],
] as const)('waits while 32 others hold their JSON: %s', async (_name, form, readsOfOne) => {
  const { open, reads } = openBodies(form);
  const bodies = Array.from({ length: 32 }, open);
  await Promise.all(bodies.map(firstPart));
  reads.length = 0;

  const late = open();
  let isGiven = false;
  const first = firstPart(late).then(() => (isGiven = true));
  await vi.advanceTimersByTimeAsync(SLOW_MS / 2);
  expect(isGiven).toBe(false);
  await bodies[0]!.return();
  await first;
  // plain ones are let go of while they wait
  expect(reads.filter((key) => key.endsWith(':0'))).toHaveLength(readsOfOne);

  await vi.advanceTimersByTimeAsync(3 * SLOW_MS);
  const whileAllRest = Array.from({ length: 32 }, open);
  await Promise.all(whileAllRest.map(firstPart));
});

it('waits for nobody where a chunk is sent as it is stored', async () => {
  const others = openBodies(FORMS[1]);
  await Promise.all(Array.from({ length: 32 }, () => firstPart(others.open())));
  await firstPart(openBodies(FORMS[2]).open());
});
