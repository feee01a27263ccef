import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain } from '../../../src/stream/drain.js';
import { mergeRows } from '../../../src/records/view/mergeRows.js';
import { type KeyWord, NO_KEY, radixSort } from '../../../src/records/view/radixSort.js';
import { NO_TEXTS } from '../../../src/records/view/DistinctTexts.js';
import { rankTexts } from '../../../src/records/view/rankTexts.js';
import type { TextRun } from '../../../src/records/view/TextRun.js';

const { compare } = new Intl.Collator('zh-Hant');
const encoder = new TextEncoder();

function runOf(texts: readonly string[]): TextRun {
  const parts = texts.map((text) => encoder.encode(text));
  let end = 0;
  const ends = Uint32Array.from(parts, ({ length }) => (end += length));
  const bytes = new Uint8Array(end);
  parts.forEach((part, i) => bytes.set(part, ends[i]! - part.length));
  return { bytes, ends, isToken: null, flags: null };
}

/** Checks that ranks compare as their texts do. */
function expectRanks(texts: readonly string[], ranks: ArrayLike<number>): void {
  const order = texts.map((_, i) => i).sort((a, b) => ranks[a]! - ranks[b]!);
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1]!, order[i]!];
    const comparison = compare(texts[a]!, texts[b]!);
    const isAgreed = ranks[a] === ranks[b] ? comparison === 0 : comparison < 0;
    if (!isAgreed) expect.fail(`${JSON.stringify([texts[a], texts[b]])}: ${comparison}`);
  }
}

const ascii = fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 40 });
const asciiText = fc.oneof(
  ascii.map((codes) => String.fromCharCode(...codes)),
  // of few characters, so that texts share their beginnings and differ in case alone
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', '-', ' '), maxLength: 40 }),
);

describe('rankTexts', () => {
  it('ranks printable ASCII as Intl.Collator does, without asking it', () => {
    fc.assert(
      fc.property(fc.array(asciiText, { maxLength: 60 }), (texts) => {
        expectRanks(texts, drain(rankTexts(NO_TEXTS, [runOf(texts)])).ranks);
      }),
      { numRuns: 2_000 },
    );
  });

  it('ranks all pairs of printable characters as Intl.Collator does', () => {
    const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));
    const texts = characters.flatMap((a) => characters.map((b) => a + b));
    expectRanks(texts, drain(rankTexts(NO_TEXTS, [runOf(texts)])).ranks);
  });

  it('ranks any texts as Intl.Collator does, run by run', () => {
    const text = fc.oneof(
      asciiText,
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
    );
    const wellFormed = text.filter((t) => !/\p{Surrogate}/u.test(t));
    fc.assert(
      fc.property(fc.array(fc.array(wellFormed, { maxLength: 12 }), { maxLength: 5 }), (runs) => {
        let texts = NO_TEXTS;
        let ranks: number[] = [];
        for (const run of runs) {
          const ranked = drain(rankTexts(texts, [runOf(run)]));
          const { moved } = ranked;
          ranks = [...(moved ? ranks.map((rank) => moved[rank]!) : ranks), ...ranked.ranks];
          texts = ranked.texts;
        }
        expectRanks(runs.flat(), ranks);
        expect(texts.run).toHaveLength(new Set(ranks).size);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('radixSort and mergeRows', () => {
  const key = fc.oneof(
    fc.constantFrom(0, 1, NO_KEY - 1, NO_KEY),
    fc.integer({ min: 0, max: 5_000 }),
    fc.integer({ min: 0, max: NO_KEY }),
  );
  const keyed = fc
    .tuple(
      fc.nat({ max: 80 }),
      fc.array(fc.record({ isDescending: fc.boolean(), isLow: fc.boolean() }), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .chain(([count, words]) =>
      fc.tuple(
        fc.tuple(...words.map(() => fc.array(key, { minLength: count, maxLength: count }))),
        fc.constant(words),
        fc.nat({ max: count }),
      ),
    )
    .map(([keys, words, split]) => ({
      words: words.map((word, i): KeyWord => ({ ...word, keys: Uint32Array.from(keys[i]!) })),
      count: keys[0]!.length,
      split,
    }));

  function compareRows(words: readonly KeyWord[], a: number, b: number): number {
    for (const { keys, isDescending, isLow } of words) {
      const isNone = (row: number) => Number(!isLow && keys[row] === NO_KEY);
      const order =
        isNone(a) || isNone(b)
          ? isNone(a) - isNone(b)
          : (keys[a]! - keys[b]!) * (isDescending ? -1 : 1);
      if (order !== 0) return order;
    }
    return a - b;
  }

  it('sort as a comparison of the keys does, and keep equal rows in their order', () => {
    fc.assert(
      fc.property(keyed, ({ words, count, split }) => {
        const rows = Array.from({ length: count }, (_, i) => i);
        const expected = rows.toSorted((a, b) => compareRows(words, a, b));
        expect([...drain(radixSort(Uint32Array.from(rows), words))]).toEqual(expected);
        const old = drain(radixSort(Uint32Array.from(rows.slice(0, split)), words));
        const fresh = drain(radixSort(Uint32Array.from(rows.slice(split)), words));
        expect([...drain(mergeRows(old, fresh, words))]).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('merge a few rows into many', () => {
    const keys = Uint32Array.from({ length: 100_000 }, (_, i) => (i * 7_919) % 1_000);
    const words = [{ keys, isDescending: false, isLow: false }];
    const rows = Array.from(keys, (_, i) => i);
    const old = drain(radixSort(Uint32Array.from(rows.slice(0, 99_990)), words));
    const fresh = drain(radixSort(Uint32Array.from(rows.slice(99_990)), words));
    const expected = rows.sort((a, b) => compareRows(words, a, b));
    expect(drain(mergeRows(old, fresh, words))).toEqual(Uint32Array.from(expected));
  });
});
