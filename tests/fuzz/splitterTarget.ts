import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { LineTooLongError } from '../../src/stream/errors/LineTooLongError.js';
import { LineSplitter, type SplitLine } from '../../src/stream/LineSplitter.js';
import { type FuzzTarget, fromBytes, toBytes } from './FuzzTarget.js';

interface SplitterInput {
  body: string;
  /** Sizes of the chunks, again from the first one when they are used up. */
  sizes: number[];
  /** Bytes of the buffer before a chunk: chunks need not begin at a word. */
  shift: number;
  maxLineBytes: number;
}

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\r', ' ', '\t', '', '\n\n', '\r\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\xef\xbb\xbf', '\xef\xbb', '\xbb\xbf', '\x8a', '\x0b') },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 12 }).map(fromBytes) },
  {
    weight: 1,
    arbitrary: fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\0-\xff]/g, '?')),
  },
);
const arbitrary: fc.Arbitrary<SplitterInput> = fc.record({
  body: fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  sizes: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 }),
  shift: fc.nat({ max: 5 }),
  maxLineBytes: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1_000)),
});

function* chunksOf({ body, sizes, shift }: SplitterInput): Generator<Uint8Array> {
  const steps = sizes.some((size) => size > 0) ? sizes : [1];
  let at = 0;
  for (let i = 0; at < body.length; i++) {
    const part = body.slice(at, (at += steps[i % steps.length]!));
    const buffer = new Uint8Array(shift + part.length);
    buffer.set(toBytes(part), shift);
    yield buffer.subarray(shift);
  }
}

type Line = Omit<SplitLine, 'bytes'> & { text: string };
interface Split {
  lines: Line[];
  /** The line that was too long. */
  refused: number | null;
}

function split(input: SplitterInput): Split {
  const splitter = new LineSplitter(input.maxLineBytes);
  const lines: Line[] = [];
  const take = (found: Iterable<SplitLine>) => {
    for (const { bytes, ...line } of found) lines.push({ text: fromBytes(bytes), ...line });
  };
  try {
    for (const chunk of chunksOf(input)) take(splitter.push(chunk));
    take(splitter.end());
    return { lines, refused: null };
  } catch (error) {
    if (!(error instanceof LineTooLongError)) throw error;
    return { lines, refused: error.line };
  }
}

/** The same by the whole text. */
function naiveSplit({ body, maxLineBytes }: SplitterInput): Split {
  const lines: Line[] = [];
  const raws = body.split('\n');
  let byteOffset = 0;
  for (const [index, raw] of raws.entries()) {
    const bom = index === 0 && raw.startsWith('\xef\xbb\xbf') ? 3 : 0;
    const text = raw.slice(bom).replace(/\r$/, '');
    if (text.length > maxLineBytes) return { lines, refused: index + 1 };
    if (!/^[ \t\r]*$/.test(text)) {
      const hasEnd = index < raws.length - 1;
      lines.push({ text, line: index + 1, byteOffset: byteOffset + bom, hasEnd });
    }
    byteOffset += raw.length + 1;
  }
  return { lines, refused: null };
}

/** Any bytes in any chunks, against a split of the whole. */
export const splitterTarget: FuzzTarget<SplitterInput> = {
  arbitrary,
  check(input) {
    const [actual, expected] = [split(input), naiveSplit(input)];
    if (isDeepStrictEqual(actual, expected)) return;
    throw new Error(`split as ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
  },
};
