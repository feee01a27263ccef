import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inParts } from '../../mocks/http/bodyParts.js';
import type { HeldBytes, HeldPieces } from '../../mocks/http/HeldBytes.js';
import { crc32Combine } from '../../mocks/http/crc32Combine.js';
import { acceptsGzip, gzipPieces, plainPieces } from '../../mocks/http/gzipBody.js';
import type { StreamPiece, StreamPieces } from '../../mocks/http/streamBody.js';
import { compressChunk, openChunk } from '../../mocks/results/chunkCodec.js';
import { HeldChunk } from '../../mocks/results/HeldChunk.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';

/** What `info: true` makes of the answer. */
interface InflateInfo {
  engine: { bytesWritten: number };
}

const encode = (text: string) => new TextEncoder().encode(text);

async function* each(pieces: readonly StreamPiece[]): StreamPieces {
  yield* pieces;
}

async function collect(pieces: HeldPieces): Promise<Buffer> {
  const bytes: Uint8Array[] = [];
  for await (const piece of inParts(pieces)) bytes.push(piece);
  return Buffer.concat(bytes);
}

function holdChunk(stored: Uint8Array): HeldChunk {
  const readAgain = async () => openChunk(stored, nodeCompression);
  return new HeldChunk(openChunk(stored, nodeCompression), 0, { readAgain });
}

/** A text as a piece of each kind. */
const pieceArbitrary = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(2))
  .map(([text, kind]): { text: string; piece: StreamPiece } => {
    if (kind === 0) return { text, piece: text };
    if (kind === 1) return { text, piece: encode(text) };
    return { text, piece: holdChunk(compressChunk(encode(text), 0, nodeCompression)) };
  });

describe('a gzip body', () => {
  it('is one member whose content is that of the plain body, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieceArbitrary, { maxLength: 12 }), async (cuts) => {
        const pieces = cuts.map(({ piece }) => piece);
        const text = cuts.map((cut) => cut.text).join('');
        const body = await collect(gzipPieces(each(pieces), nodeCompression));
        expect(gunzipSync(body).toString()).toBe(text);
        expect((await collect(plainPieces(each(pieces)))).toString()).toBe(text);
        // gunzip would read further members, too
        const { engine } = inflateRawSync(body.subarray(10), {
          info: true,
        }) as unknown as InflateInfo;
        expect(engine.bytesWritten).toBe(body.length - 18);
      }),
    );
  });

  it('takes pieces longer than a stored block', async () => {
    for (const length of [65_534, 65_535, 65_536, 200_000]) {
      const text = 'trace '.repeat(length).slice(0, length);
      const body = await collect(gzipPieces(each([text, '\n', encode(text)]), nodeCompression));
      expect(gunzipSync(body).toString()).toBe(`${text}\n${text}`);
    }
  });

  it('passes compressed chunks on without copying them', async () => {
    const stored = compressChunk(encode('[1]'), 1, nodeCompression);
    const pieces = gzipPieces(each([holdChunk(stored)]), nodeCompression);
    await pieces.next();
    const { value } = await pieces.next();
    expect((await (value as HeldBytes).read()).buffer).toBe(stored.buffer);
  });
});

describe('crc32Combine', () => {
  it('is the CRC of both runs together', () => {
    const bytes = fc.uint8Array({ maxLength: 3_000 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const combined = crc32Combine(crc32(first), crc32(second), second.length);
        expect(combined).toBe(crc32(second, crc32(first)));
      }),
    );
  });

  it('takes runs of many megabytes', () => {
    const second = new Uint8Array(70_000_001).fill(7);
    const first = encode('first');
    const expected = crc32(second, crc32(first));
    expect(crc32Combine(crc32(first), crc32(second), second.length)).toBe(expected);
  });
});

it.each([
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['br;q=1.0, GZIP;q=0.5', true],
  ['x-gzip', true],
  ['*', true],
  ['gzip;q=0', false],
  ['gzip; q=0, *', false],
  ['*;q=0', false],
  ['identity', false],
  ['deflate', false],
  ['', false],
  [undefined, false],
])('a request with Accept-Encoding %s takes gzip: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});
