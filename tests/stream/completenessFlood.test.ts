import { describe, expect, it } from 'vitest';
import { KeptList } from '../../src/stream/KeptList.js';
import { createCompletenessCheck } from '../../src/stream/index.js';
import type { MessageHeader } from '../../src/stream/messageHeader.js';

const batch = (number: number): MessageHeader => ({
  type: 'records',
  domain: 'd',
  batch: number,
  count: 0,
  rows: 0,
});

it('a list keeps its first thousand things and counts the others', () => {
  const list = new KeptList<number>();
  for (let i = 0; i < 3_000; i++) list.push(i);
  expect([...list]).toHaveLength(1_000);
  expect(list.left).toBe(2_000);
  list.clear();
  expect([[...list], list.left]).toEqual([[], 0]);
});

describe('a check of a million lines', () => {
  it('counts problems beyond the first thousand, and tells an error line before them', () => {
    const check = createCompletenessCheck({ domains: ['d'] });
    for (let i = 0; i < 1_000_000; i++) check.accept(batch(-1));
    check.accept({ type: 'error', rows: null, message: 'x'.repeat(1_000_000) });
    const problems = check.problems();
    expect(problems).toHaveLength(1_001);
    expect(problems[0]).toMatchObject({ kind: 'error-line' });
    expect(JSON.stringify(problems[0]).length).toBeLessThan(1_000);
    // the error line, 999 batches that are kept, and the domain that was not begun
    expect(problems.at(-1)).toEqual({ kind: 'more-problems', count: 1_000_002 - 1_000 });
  });

  it('counts notices beyond the first thousand', () => {
    const check = createCompletenessCheck({ domains: ['d'] });
    check.accept(batch(0));
    for (let i = 0; i < 1_000_000; i++) check.accept(batch(0));
    const notices = check.notices();
    expect(notices).toHaveLength(1_001);
    // the repeated batches, and the missing meta
    expect(notices.at(-1)).toEqual({ kind: 'more-notices', count: 1_000_001 - 1_000 });
  });

  it('counts the holes between batches, of which any two have one', () => {
    const check = createCompletenessCheck({ domains: ['d'] });
    for (let i = 0; i < 300_000; i++) check.accept(batch(2 * i + 1));
    const problems = check.problems();
    expect(problems).toHaveLength(1_001);
    // the holes, the missing end mark, and the domain that was not begun
    expect(problems.at(-1)).toEqual({ kind: 'more-problems', count: 300_002 - 1_000 });
  });

  it('remembers no more lines than a stream that means well has', () => {
    const check = createCompletenessCheck({ domains: ['d'] });
    const warning = (i: number): MessageHeader => ({
      type: 'warning',
      rows: null,
      message: `${i}`,
    });
    for (let i = 0; i < 20_000; i++) expect(check.accept(warning(i))).toBe('take');
    check.resume();
    expect(check.accept(warning(0))).toBe('drop');
    expect(check.accept(warning(19_999))).toBe('take');
  });
});
