import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LineTooLongError } from '../../src/stream/errors/LineTooLongError.js';
import { indexOfNewline } from '../../src/stream/indexOfNewline.js';
import { LineSplitter, type SplitLine } from '../../src/stream/LineSplitter.js';
import { bytesOf, CHUNK_SIZES, cut } from './bodies.js';

vi.mock('../../src/stream/indexOfNewline.js', { spy: true });

function split(chunks: Uint8Array[], maxLineBytes?: number) {
  const splitter = new LineSplitter(maxLineBytes);
  // a line's bytes are good until the next one is asked for
  const read = (lines: Iterable<SplitLine>) =>
    Array.from(lines, ({ bytes, line, byteOffset }) => ({
      text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
      line,
      byteOffset,
    }));
  return [...chunks.flatMap((chunk) => read(splitter.push(chunk))), ...read(splitter.end())];
}

/** The naive reading of the same text: lines with their numbers and offsets. */
function oracle(text: string) {
  const lines = [];
  let byteOffset = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const bom = index === 0 && raw.startsWith('\ufeff');
    const line = (bom ? raw.slice(1) : raw).replace(/\r$/, '');
    if (!/^[ \t\r]*$/.test(line)) {
      lines.push({ text: line, line: index + 1, byteOffset: byteOffset + (bom ? 3 : 0) });
    }
    byteOffset += bytesOf(raw).byteLength + 1;
  }
  return lines;
}

const unicodeLine = fc
  .string({ unit: 'binary', maxLength: 30 })
  .map((text) => text.replaceAll('\n', '').replace(/\r+$/, ''));

describe.each(CHUNK_SIZES)('LineSplitter at %i bytes a chunk', (size) => {
  it('yields what a split of the whole text yields', () => {
    const document = fc
      .tuple(
        fc.constantFrom('', '\ufeff'),
        fc.array(fc.tuple(fc.oneof(unicodeLine, fc.constant('')), fc.constantFrom('\n', '\r\n'))),
        unicodeLine,
      )
      .map(([bom, lines, last]) => bom + lines.map((line) => line.join('')).join('') + last);
    fc.assert(
      fc.property(document, (text) => {
        expect(split(cut(bytesOf(text), size))).toEqual(oracle(text));
      }),
    );
  });

  it('equals JSON.parse of the lines of a stream', () => {
    const text = Array.from({ length: 50 }, (_, i) => `{"n":${i},"text":"型號🔧\\n"}`).join('\n');
    const values = split(cut(bytesOf(text), size)).map((line) => JSON.parse(line.text));
    expect(values).toEqual(text.split('\n').map((line) => JSON.parse(line)));
  });

  it('drops a BOM at the start only', () => {
    expect(split(cut(bytesOf('\ufeff{"a":1}\r\n\n\ufeff{}\n'), size))).toEqual([
      { text: '{"a":1}', line: 1, byteOffset: 3 },
      { text: '\ufeff{}', line: 3, byteOffset: 13 },
    ]);
  });

  it('accepts a line of exactly maxLineBytes, with BOM and CRLF', () => {
    expect(split(cut(bytesOf('\ufeff12345\r\n12345\r\n12345'), size), 5)).toHaveLength(3);
  });

  it('refuses a line one byte longer, behind the lines before it', () => {
    const splitter = new LineSplitter(5);
    const taken: number[] = [];
    const read = () => {
      for (const chunk of cut(bytesOf('\n12345\n123456\n1\n'), size)) {
        for (const { line } of splitter.push(chunk)) taken.push(line);
      }
    };
    expect(read).toThrow(expect.objectContaining({ line: 3, byteOffset: 7, maxLineBytes: 5 }));
    expect(taken).toEqual([2]);
  });
});

describe('LineSplitter', () => {
  it('splits at random cuts as at none', () => {
    fc.assert(
      fc.property(fc.array(unicodeLine), fc.array(fc.nat(400)), (lines, cuts) => {
        const text = lines.join('\n');
        const bytes = bytesOf(text);
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.byteLength];
        const chunks = places.slice(1).map((end, i) => bytes.slice(places[i], end));
        expect(split(chunks)).toEqual(oracle(text));
      }),
    );
  });

  it('refuses an over-long line while it is still incomplete', () => {
    const splitter = new LineSplitter(10);
    const chunk = bytesOf('x'.repeat(8));
    expect([...splitter.push(chunk)]).toEqual([]);
    expect(() => [...splitter.push(chunk)]).toThrow(LineTooLongError);
  });

  it('shares the memory of a line that lies within one chunk', () => {
    const chunk = bytesOf('{"a":1}\n{"b":2}\n');
    const lines = [...new LineSplitter().push(chunk)];
    expect(lines.map(({ bytes }) => bytes.buffer === chunk.buffer)).toEqual([true, true]);
  });

  it('copies and searches each byte once where its memory has grown, in chunks of one byte', () => {
    const splitter = new LineSplitter();
    const read = (text: string) => {
      const copied = vi.spyOn(Uint8Array.prototype, 'set');
      vi.mocked(indexOfNewline).mockClear();
      const lengths = cut(bytesOf(text), 1).flatMap((chunk) =>
        Array.from(splitter.push(chunk), ({ bytes }) => bytes.byteLength),
      );
      const copiedBytes = copied.mock.calls.reduce((sum, [from]) => sum + from.length, 0);
      const searches = vi.mocked(indexOfNewline).mock.calls.length;
      copied.mockRestore();
      return { lengths, copiedBytes, searches };
    };
    const first = read(`${'x'.repeat(20_000)}\n`);
    expect(first.lengths).toEqual([20_000]);
    // memory that doubles: what it held is copied again, less than twice the line in all
    expect(first.copiedBytes).toBeLessThan(60_000);
    // A chunk is searched once more behind a newline that it holds.
    expect(read(`${'y'.repeat(20_000)}\n`)).toEqual({
      lengths: [20_000],
      copiedBytes: 20_000,
      searches: 20_002,
    });
  });

  it('gives memory back behind a long line, and keeps it while long lines come now and then', () => {
    const splitter = new LineSplitter();
    /** Bytes of the memory in which a line of this length lies, which comes in two chunks. */
    const memoryOf = (length: number) => {
      const chunks = cut(bytesOf(`${'x'.repeat(length)}\n`), length - 1);
      const [line] = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
      expect(line!.bytes.byteLength).toBe(length);
      return line!.bytes.buffer.byteLength;
    };
    const long = memoryOf(1_000_000);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 7; i++) expect(memoryOf(500)).toBe(long);
      expect(memoryOf(900_000)).toBe(long);
    }
    for (let i = 0; i < 8; i++) expect(memoryOf(500)).toBe(long);
    expect(memoryOf(500)).toBeLessThan(2_000);
    // little memory stays
    const little = memoryOf(100_000);
    for (let i = 0; i < 20; i++) expect(memoryOf(500)).toBe(little);
  });
});
