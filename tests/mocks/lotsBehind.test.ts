import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LotsBehind } from '../../mocks/aggregation/LotsBehind.js';
import { TextNumbers } from '../../mocks/aggregation/TextNumbers.js';

const text = fc.oneof(fc.constantFrom('', 'a', '__proto__'), fc.string({ maxLength: 3 }));

describe('numbers of texts', () => {
  it('are those of a Map in the order of first adding', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 200 }), fc.array(text), (added, asked) => {
        const numbers = new TextNumbers();
        const expected = new Map<string, number>();
        for (const each of added) {
          if (!expected.has(each)) expected.set(each, expected.size);
          expect(numbers.add(each)).toBe(expected.get(each));
        }
        expect(numbers.size).toBe(expected.size);
        for (const each of [...added, ...asked]) {
          expect(numbers.find(each)).toBe(expected.get(each) ?? -1);
        }
        expect(numbers.find(null)).toBe(-1);
      }),
    );
  });
});

describe('the lots behind a container', () => {
  it('are those that were added for it', () => {
    const pair = fc.tuple(text, fc.nat({ max: 9 }));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 300 }), text, (pairs, other) => {
        const behind = new LotsBehind();
        const expected = new Map<string, number[]>();
        for (const [id, lot] of pairs) {
          behind.add(id, lot);
          expected.set(id, [...(expected.get(id) ?? []), lot]);
        }
        for (const id of [...expected.keys(), other]) {
          const lots: number[] = [];
          behind.forEach(id, (lot) => lots.push(lot));
          expect(behind.has(id)).toBe(expected.has(id));
          expect(lots.reverse()).toEqual(expected.get(id) ?? []);
        }
      }),
    );
  });
});
