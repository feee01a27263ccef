import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanIds, collectContainerIds } from '../../src/jobs/collectContainerIds.js';

const id = fc.constantFrom(...'abcdefghij', '__proto__', 'constructor');
const map = fc.dictionary(id, fc.array(id, { maxLength: 5 }));

/** Breadth first by levels, as the contract says it. */
function levels(seeds: string[], children: Record<string, string[]>): string[] {
  const found = [...new Set(seeds)];
  for (let level = found; level.length > 0;) {
    const below = level.flatMap((parent) =>
      Object.hasOwn(children, parent) ? (children[parent] ?? []) : [],
    );
    level = [...new Set(below)].filter((child) => !found.includes(child));
    found.push(...level);
  }
  return found;
}

describe('collectContainerIds', () => {
  it('forward equals a walk level by level, circles included', () => {
    fc.assert(
      fc.property(fc.array(id), map, (seeds, children) => {
        const ids = collectContainerIds(seeds, { children_map: children }, 'forward');
        expect(ids).toEqual(levels(seeds, children));
      }),
    );
  });

  it('backward takes the seeds and then their ancestors, each once', () => {
    const ancestors = { a: ['b', 'x'], b: ['x', 'y'], x: ['not a seed'] };
    expect(collectContainerIds(['a', 'b'], { ancestors }, 'backward')).toEqual([
      'a',
      'b',
      'x',
      'y',
    ]);
  });

  it('takes the seeds alone where the lineage is empty or odd', () => {
    expect(collectContainerIds(['a', ' a', ''], {}, 'forward')).toEqual(['a']);
    const odd = { ancestors: { a: 'x' as unknown as string[] } };
    expect(collectContainerIds(['a'], odd, 'backward')).toEqual(['a']);
  });

  it('walks a chain of 200,000 generations without recursion', () => {
    const children = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, i) => [`c${i}`, [`c${i + 1}`, `c${i}`]]),
    );
    const ids = collectContainerIds(['c0'], { children_map: children }, 'forward');
    expect([ids.length, ids.at(-1)]).toEqual([200_001, 'c200000']);
  });
});

describe('cleanIds', () => {
  it('trims, drops blanks and what is no text, keeps the order', () => {
    expect(cleanIds([' b', 'a', '', '  ', 7, null, 'b'])).toEqual(['b', 'a']);
  });
});
