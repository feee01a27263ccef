import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeAfterAppend } from '../../src/components/TraceTable/placeAfterAppend.js';

test('a row of a sorted view is found again, wherever the appended rows came in', () => {
  const keys = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 200 });
  const sorted = (values: readonly number[]) =>
    Uint32Array.from([...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b));
  fc.assert(
    fc.property(keys, fc.array(fc.integer({ min: 0, max: 20 })), fc.nat(), (old, added, at) => {
      const before = sorted(old);
      const place = at % before.length;
      const rows = sorted([...old, ...added]);
      expect(rows[placeAfterAppend(rows, before, place)]).toBe(before[place]);
    }),
  );
});

test('a row that is gone leaves the place as it is', () => {
  expect(placeAfterAppend(Uint32Array.of(5, 6, 7), Uint32Array.of(1, 2, 3), 1)).toBe(1);
});
