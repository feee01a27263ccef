import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBatch,
  createDomainTally,
  type DomainTally,
  fillHole,
} from '../../src/stream/domainTally.js';
import { batchSizeOf, planFill, probeOf } from '../../src/stream/planFill.js';

interface Case {
  size: number;
  total: number;
  /** What came of each batch. */
  fates: ('came' | 'missing' | 'doubtful')[];
}

const cases = fc
  .record({ size: fc.integer({ min: 1, max: 2600 }), total: fc.integer({ min: 1, max: 30_000 }) })
  .filter(({ size, total }) => total / size < 60)
  .chain(({ size, total }) => {
    const length = Math.ceil(total / size);
    const fate = fc.constantFrom('came', 'came', 'missing', 'doubtful' as const);
    const fates = fc.array(fate, { minLength: length, maxLength: length });
    return fc.record({ size: fc.constant(size), total: fc.constant(total), fates });
  }) as fc.Arbitrary<Case>;

/** Rows of a batch, as numbers of the result. */
const rowsOf = ({ size, total }: Case, batch: number) =>
  Array.from({ length: Math.min(size, total - batch * size) }, (_, i) => batch * size + i);

function tallyOf(given: Case): { tally: DomainTally; table: number[][] } {
  const tally = createDomainTally();
  tally.total = given.total;
  const table: number[][] = [];
  for (const [batch, fate] of given.fates.entries()) {
    const rows = rowsOf(given, batch);
    if (fate === 'missing') continue;
    if (fate === 'doubtful') rows.shift();
    addBatch(tally, batch, { rows: rows.length, isDoubtful: fate === 'doubtful' });
    if (rows.length > 0) table.push(rows);
  }
  return { tally, table };
}

/** Does what a plan says, with the numbers of rows for rows. */
function follow(
  given: Case,
  { tally, table }: ReturnType<typeof tallyOf>,
  hint: number | null,
): number[] {
  const plan = planFill(tally, hint)!;
  expect(plan.tail).toBeLessThanOrEqual(given.total);
  for (const hole of plan.holes) {
    const rows = Array.from({ length: hole.rows }, (_, i) => hole.offset + i);
    const { at, removed } = fillHole(tally, hole, [rows.length]);
    table.splice(at, removed, rows);
  }
  for (let row = plan.tail; row < given.total; row++) table.push([row]);
  return table.flat();
}

const batches = (count: number, ...rows: [number, number][]) => {
  const tally = createDomainTally();
  tally.total = count;
  for (const [batch, length] of rows) addBatch(tally, batch, { rows: length, isDoubtful: false });
  return tally;
};

describe('a plan', () => {
  it('followed makes a domain whole, each row in its place', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), (given, isHinted) => {
        const came = tallyOf(given);
        const rows = follow(given, came, isHinted ? given.size : null);
        expect(rows).toEqual(Array.from({ length: given.total }, (_, row) => row));
      }),
      { numRuns: 300 },
    );
  });

  it('has holes of no more than 5000 rows where their places are known', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { tally } = tallyOf(given);
        if (batchSizeOf(tally, given.size) === null) return;
        const { holes } = planFill(tally, given.size)!;
        for (const { rows } of holes) expect(rows).toBeLessThanOrEqual(5000);
      }),
    );
  });

  it('names a row that is there, by its place in the result', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { tally, table } = tallyOf(given);
        const probe = probeOf(tally, given.size);
        if (!probe) return;
        const start = table.slice(0, probe.at).flat().length;
        expect(table.flat()[start + probe.row]).toBe(probe.offset);
      }),
    );
  });

  it.each([
    ['batches of several sizes', batches(20, [0, 5], [1, 4], [3, 5]), { from: 2, offset: 9 }],
    ['a last batch that is too large', batches(20, [0, 5], [2, 6]), { from: 1, offset: 5 }],
    ['a last batch before the end', batches(20, [0, 5], [2, 4]), { from: 1, offset: 5 }],
    ['a larger one at the end', batches(26, [0, 5], [2, 5], [4, 6]), { from: 1, offset: 5 }],
    ['a last batch beyond the end', batches(18, [0, 5], [3, 5]), { from: 1, offset: 5 }],
    ['a batch without rows', batches(20, [0, 5], [1, 0], [3, 5]), { from: 1, offset: 5 }],
    ['one batch that may be anywhere', batches(9, [1, 4]), { from: 0, offset: 0 }],
  ])('fetches all behind the first hole for %s', (_what, tally, { from, offset }) => {
    const to = Math.max(...tally.batches);
    const total = tally.total!;
    const hole = { from, to, offset, rows: total - offset };
    expect(planFill(tally)).toEqual({ holes: [hole], tail: total });
  });

  it('fetches no rows behind the last one for a batch in doubt that lies there', () => {
    const tally = batches(12_000, [0, 5000], [1, 5000]);
    addBatch(tally, 4, { rows: 2, isDoubtful: true });
    const hole = { from: 2, to: 4, offset: 10_000, rows: 2000 };
    expect(planFill(tally)).toEqual({ holes: [hole], tail: 12_000 });
  });

  it('goes on where pages brought a hole in two chunks, and rows behind the last batch', () => {
    const tally = batches(50, [0, 8], [2, 8], [4, 8]);
    fillHole(tally, { from: 1, to: 1, offset: 8, rows: 8 }, [5, 3]);
    tally.tail = 3;
    const hole = { from: 3, to: 3, offset: 24, rows: 8 };
    expect(planFill(tally)).toEqual({ holes: [hole], tail: 43 });
  });

  it('is none for batches of unknown places with rows behind them, or with all rows before', () => {
    const uneven = (total: number) => batches(total, [0, 5], [1, 4], [3, 5]);
    expect(planFill(uneven(9))).toBeNull();
    const tally = uneven(20);
    tally.tail = 2;
    expect(planFill(tally)).toBeNull();
  });

  it('is none without a total, or for numbers that no server can mean', () => {
    const open = batches(20, [0, 5], [2, 5]);
    open.total = null;
    expect(planFill(open)).toBeNull();
    expect(planFill(batches(1e15, [0, 1], [1e12, 1]))).toBeNull();
  });

  it('takes a lone batch for the last one, or a full one, where only that can be', () => {
    expect(batchSizeOf(batches(7, [1, 1]))).toBeNull();
    expect(batchSizeOf(batches(10, [1, 5]))).toBe(5);
    expect(batchSizeOf(batches(8, [2, 3]))).toBeNull();
    expect(batchSizeOf(batches(12, [2, 2]))).toBeNull();
    expect(batchSizeOf(batches(9, [1, 4]), 5)).toBe(5);
    expect(batchSizeOf(batches(9, [1, 4]), 4)).toBe(4);
    expect(batchSizeOf(batches(9, [1, 4]), 6)).toBeNull();
    expect(batchSizeOf(batches(9, [0, 5]))).toBe(5);
    expect(batchSizeOf(batches(4, [0, 4]))).toBeNull();
  });

  it('knows no place behind a batch without rows', () => {
    expect(probeOf(batches(20, [1, 0], [2, 5], [3, 5]))).toBeNull();
  });

  it('knows rows again that only pages brought', () => {
    const tally = batches(20);
    tally.tail = 7;
    expect(probeOf(tally)).toEqual({ offset: 6, at: 0, row: 6 });
  });
});
