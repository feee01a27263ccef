import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indexOfNewline } from '../../src/stream/indexOfNewline.js';

/** Newlines, bytes that differ from one in a bit, and the bytes at which a word's arithmetic borrows. */
const byte = fc.oneof(fc.constantFrom(0, 1, 9, 10, 11, 0x8a, 0x80, 255), fc.nat(255));

it('finds what indexOf finds, wherever the bytes lie in memory', () => {
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 24 }),
      fc.nat(7),
      fc.nat(30),
      (values, offset, start) => {
        const bytes = new Uint8Array([...new Array<number>(offset).fill(10), ...values, 10]);
        const part = bytes.subarray(offset, offset + values.length);
        const from = Math.min(start, part.length);
        expect(indexOfNewline(part, from)).toBe(part.indexOf(10, from));
      },
    ),
    { numRuns: 3_000 },
  );
});
