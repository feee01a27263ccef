import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { hashOf, TextNumbers } from '../../mocks/aggregation/TextNumbers.js';

const SEED = 0x811c9dc5;

/** Pairs of texts that have one hash for a seed, as who knows it would look for them. */
function collidingPairs(seed: number): [string, string][] {
  const pairs: [string, string][] = [];
  const byUpperBits = new Map<number, { text: string; state: number }>();
  const factor = (seed << 9) | 0x193;
  for (let first = 0x5000; first < 0x5100; first++) {
    for (let second = 0x5000; second < 0x6000; second += 16) {
      const text = String.fromCharCode(first, second);
      const state = Math.imul(Math.imul(seed ^ first, factor) ^ second, factor);
      const other = byUpperBits.get(state >>> 12);
      byUpperBits.set(state >>> 12, { text, state });
      // a last character makes up for what differs in the lower bits
      const last = other && String.fromCharCode(0x5000 | ((state ^ other.state) & 0xfff));
      if (last) pairs.push([text + last, other.text + '\u5000']);
    }
  }
  return pairs;
}

it('texts that collide for one seed do not for others', () => {
  const pairs = collidingPairs(SEED);
  const colliding = (seed: number) =>
    pairs.filter(([a, b]) => hashOf(a, seed) === hashOf(b, seed)).length;
  expect(pairs.length).toBeGreaterThan(100);
  expect(colliding(SEED)).toBe(pairs.length);
  const seeds = fc.integer({ min: 0, max: 0xffffffff }).filter((seed) => seed !== SEED);
  fc.assert(fc.property(seeds, (seed) => colliding(seed) < pairs.length / 10));
});

it('each table has a seed of its own, that nobody can know', () => {
  const random = vi.spyOn(crypto, 'getRandomValues');
  const tables = [new TextNumbers(), new TextNumbers()];
  const drawn = random.mock.results.map(({ value }) => (value as Uint32Array)[0]);
  random.mockRestore();
  expect(tables.map((table) => table.add('text'))).toEqual([0, 0]);
  expect(new Set(drawn).size).toBe(2);
});
