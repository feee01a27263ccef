import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anchoredOffsetAt,
  createScrollScale,
  MAX_SPACER_HEIGHT,
  offsetAfterScroll,
  offsetAt,
  offsetOfRow,
  rowsAt,
  scrollTopAt,
} from '../../src/composables/useVirtualRows/scrollScale.js';

const input = fc.record({
  rowCount: fc.integer({ min: 0, max: 20_000_000 }),
  rowHeight: fc.integer({ min: 16, max: 80 }),
  viewportHeight: fc.integer({ min: 1, max: 3_000 }),
});
const scales = input.map(createScrollScale);
const scaled = input
  .map((given) => ({ ...given, rowCount: given.rowCount + 312_501 }))
  .map(createScrollScale);
// Not fc.double: half of its values are next to 0.
const part = fc.integer({ min: 0, max: 1_000_000 }).map((value) => value / 1_000_000);

describe('offsetAt and scrollTopAt', () => {
  test('the ends belong together exactly', () => {
    fc.assert(
      fc.property(scales, (scale) => {
        expect(offsetAt(scale, 0)).toBe(0);
        expect(offsetAt(scale, scale.maxScrollTop)).toBe(scale.maxOffset);
        expect(scrollTopAt(scale, 0)).toBe(0);
        expect(scrollTopAt(scale, scale.maxOffset)).toBe(scale.maxScrollTop);
      }),
    );
  });

  test('a scrollTop that the browser rounded down by less than a pixel is still the end', () => {
    fc.assert(
      fc.property(scaled, fc.double({ min: 0, max: 0.99, noNaN: true }), (scale, lack) => {
        expect(offsetAt(scale, scale.maxScrollTop - lack)).toBe(scale.maxOffset);
      }),
    );
  });

  test('the offset never falls while scrollTop rises, and stays among the rows', () => {
    fc.assert(
      fc.property(scales, part, part, (scale, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((p) => p * scale.maxScrollTop);
        const [from, to] = [offsetAt(scale, low!), offsetAt(scale, high!)];
        expect(from).toBeLessThanOrEqual(to);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(scale.maxOffset);
      }),
    );
  });

  test('an offset comes back from its scrollTop', () => {
    fc.assert(
      fc.property(scales, part, (scale, p) => {
        const offset = p * scale.maxOffset;
        const back = offsetAt(scale, scrollTopAt(scale, offset));
        expect(Math.abs(back - offset)).toBeLessThanOrEqual(1 + offset * 1e-9);
      }),
    );
  });

  test('unscaled, the offset is scrollTop', () => {
    const scale = createScrollScale({ rowCount: 1_000, rowHeight: 32, viewportHeight: 400 });
    fc.assert(
      fc.property(part, (p) => {
        expect(offsetAt(scale, p * scale.maxScrollTop)).toBe(p * scale.maxScrollTop);
      }),
    );
  });

  test('the spacer is never higher than a browser allows at a zoom of 3', () => {
    fc.assert(
      fc.property(scales, (scale) => {
        expect(scale.spacerHeight).toBeLessThanOrEqual(MAX_SPACER_HEIGHT);
        expect(scale.spacerHeight * 3).toBeLessThan(17_895_697);
      }),
    );
  });

  test('the middle of the scrollbar is the middle of the rows', () => {
    fc.assert(
      fc.property(scaled, (scale) => {
        const middle = offsetAt(scale, scale.maxScrollTop / 2);
        expect(Math.abs(middle - scale.maxOffset / 2)).toBeLessThan(0.01);
      }),
    );
  });
});

describe('anchoredOffsetAt', () => {
  const anchors = fc.tuple(scaled, part, part).map(([scale, s, o]) => ({
    scale,
    anchor: { scrollTop: 1 + s * (scale.maxScrollTop - 3), offset: o * scale.maxOffset },
  }));

  test('goes through the anchor and both ends', () => {
    fc.assert(
      fc.property(anchors, ({ scale, anchor }) => {
        const at = anchoredOffsetAt(scale, anchor, anchor.scrollTop);
        expect(Math.abs(at - anchor.offset)).toBeLessThan(1e-3);
        expect(anchoredOffsetAt(scale, anchor, 0)).toBe(0);
        expect(anchoredOffsetAt(scale, anchor, scale.maxScrollTop)).toBe(scale.maxOffset);
      }),
    );
  });

  test('never falls while scrollTop rises', () => {
    fc.assert(
      fc.property(anchors, part, part, ({ scale, anchor }, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((p) => p * scale.maxScrollTop);
        const from = anchoredOffsetAt(scale, anchor, low!);
        const to = anchoredOffsetAt(scale, anchor, high!);
        expect(from).toBeLessThanOrEqual(to + 1e-3);
      }),
    );
  });
});

describe('offsetAfterScroll', () => {
  const scale = createScrollScale({ rowCount: 10_000_000, rowHeight: 32, viewportHeight: 600 });

  test('a small scroll moves the rows by just as much, wherever they are', () => {
    fc.assert(
      fc.property(part, fc.integer({ min: -1_500, max: 1_500 }), (p, delta) => {
        const from = 30_000 + p * (scale.maxScrollTop - 60_000);
        const offset = offsetAt(scale, from) + 12.5;
        const to = from + delta;
        const after = offsetAfterScroll(scale, { offset, from, to, anchor: null });
        expect(after).toBeCloseTo(offset + delta, 6);
      }),
    );
  });

  test('a jump is proportional, whatever the offset was before', () => {
    const scroll = { offset: 123_456, from: 40_000, to: scale.maxScrollTop / 2, anchor: null };
    expect(offsetAfterScroll(scale, scroll)).toBeCloseTo(scale.maxOffset / 2, 3);
  });

  test('at an end that is in step, a small scroll goes by the scale, so that 0 is row 0', () => {
    const scroll = { offset: 100.4, from: 100, to: 0, anchor: null };
    expect(offsetAfterScroll(scale, scroll)).toBe(0);
  });

  test('the smallest drag of a thumb is no small scroll', () => {
    const devicePixels = 600 * 3;
    expect(scale.maxScrollTop / devicePixels).toBeGreaterThan(scale.smallStep);
  });
});

describe('rowsAt', () => {
  test('covers the viewport, and the number of rows does not depend on the place', () => {
    fc.assert(
      fc.property(scales, part, part, (scale, p, q) => {
        const offset = p * scale.maxOffset;
        const { first, end } = rowsAt(scale, offset, 3);
        const bottom = Math.min(offset + scale.viewportHeight, scale.rowCount * scale.rowHeight);
        expect(first * scale.rowHeight).toBeLessThanOrEqual(offset);
        expect(end * scale.rowHeight).toBeGreaterThanOrEqual(bottom - 1e-6);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(scale.rowCount);
        const other = rowsAt(scale, q * scale.maxOffset, 3);
        expect(other.end - other.first).toBe(end - first);
      }),
    );
  });

  test('no viewport, no rows', () => {
    const scale = createScrollScale({ rowCount: 100, rowHeight: 32, viewportHeight: 0 });
    expect(rowsAt(scale, 0, 3)).toEqual({ first: 0, end: 0 });
  });
});

describe('offsetOfRow', () => {
  const scale = createScrollScale({ rowCount: 10_000_000, rowHeight: 32, viewportHeight: 640 });

  test('puts the row where it was asked for', () => {
    expect(offsetOfRow(scale, 0, 5_000_000, 'start')).toBe(160_000_000);
    expect(offsetOfRow(scale, scale.maxOffset, 5_000_000, 'end')).toBe(160_000_032 - 640);
    expect(offsetOfRow(scale, 0, 5_000_000, 'center')).toBe(160_000_016 - 320);
  });

  test('nearest leaves a row alone that is in view, and moves no further than needed', () => {
    expect(offsetOfRow(scale, 320, 15, 'nearest')).toBe(320);
    expect(offsetOfRow(scale, 320, 5, 'nearest')).toBe(160);
    expect(offsetOfRow(scale, 320, 40, 'nearest')).toBe(41 * 32 - 640);
  });

  test('the last row is in view at the greatest offset', () => {
    expect(offsetOfRow(scale, 0, 9_999_999, 'start')).toBe(scale.maxOffset);
  });
});
