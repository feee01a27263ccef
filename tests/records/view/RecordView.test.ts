import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmptyQuery, type RecordQuery } from '../../../src/records/index.js';
import { RecordView } from '../../../src/records/view/RecordView.js';
import { batches, createFeed, query, type Row } from './tables.js';
import { naiveView } from './viewOracle.js';

const options = { breathe: async () => {} };

function expected(rows: readonly Row[], asked: RecordQuery): number[] | null {
  return isEmptyQuery(asked) ? null : naiveView(rows, asked);
}

async function viewOf(view: RecordView, asked: RecordQuery): Promise<number[] | null> {
  const rows = await view.update(asked);
  return rows && [...rows];
}

describe('RecordView', () => {
  it('shows what a plain filter and sort of the rows would', async () => {
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.array(query, { minLength: 1, maxLength: 3 }),
        async (given, queries) => {
          const { table, feed } = createFeed(given);
          feed();
          const view = new RecordView(table, options);
          for (const asked of queries) {
            expect(await viewOf(view, asked)).toEqual(expected(given.flat(), asked));
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is the same, whether rows came at once or batch by batch', async () => {
    await fc.assert(
      fc.asyncProperty(batches, query, async (given, asked) => {
        const { table, feed } = createFeed(given);
        const view = new RecordView(table, options);
        for (let i = 0; i <= given.length; i++) {
          expect(await viewOf(view, asked)).toEqual(expected(given.slice(0, i).flat(), asked));
          feed(1);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('sorts and filters texts that have left the dictionary, and dates among odd ones', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => {
      const at = new Date(1_767_225_600_000 + ((i * 7_919_000) % 86_400_000_000));
      return {
        comment:
          i % 11 === 0 ? null : i % 7 === 0 ? `第 ${i} 批` : `Comment ${(i * 7_919) % 12_000}`,
        at: i === 7_000 ? 'unknown' : at.toISOString().slice(0, 19).replace('T', ' '),
        quantity: i === 9_000 ? 'n/a' : (i * 31) % 500,
      };
    });
    const given = Array.from({ length: 6 }, (_, i) => rows.slice(i * 2_000, (i + 1) * 2_000));
    const { table, feed } = createFeed(given);
    feed();
    const kinds = (name: string) => new Set(table.column(name)!.chunks.map((chunk) => chunk?.kind));
    expect([...kinds('comment')]).toEqual(['code', 'text']);
    expect([...kinds('at')]).toEqual(['time', 'code']);
    expect([...kinds('quantity')]).toEqual(['number', 'code']);
    const view = new RecordView(table, options);
    for (const asked of [
      { sort: [{ column: 'comment' }] },
      { sort: [{ column: 'at', descending: true }, { column: 'comment' }] },
      { sort: [{ column: 'quantity' }, { column: 'at' }] },
      { filter: [{ column: 'comment', text: 'COMMENT 11' }] },
      { filter: [{ column: 'comment', text: '批' }], search: '-03' },
      { filter: [{ column: 'at', from: '2026-01-03', to: '2026-02-01' }] },
      {
        filter: [
          { column: 'at', text: '1 0' },
          { column: 'quantity', text: '9' },
        ],
      },
      { filter: [{ column: 'at', values: ['unknown', rows[5]!.at] }] },
      { filter: [{ column: 'comment', empty: true }] },
    ] satisfies RecordQuery[]) {
      const shown = await viewOf(view, asked);
      expect(JSON.stringify(shown), JSON.stringify(asked)).toBe(
        JSON.stringify(naiveView(rows, asked)),
      );
    }
  });

  it('finds nothing that reaches from one text into the next', async () => {
    const { table, feed } = createFeed([
      [{ a: 'xab' }, { a: 'cab' }, { a: 'abcab' }, { a: 'aab' }],
    ]);
    feed();
    const view = new RecordView(table, options);
    expect(await viewOf(view, { search: 'abc' })).toEqual([2]);
    expect(await viewOf(view, { filter: [{ column: 'a', text: 'AB' }] })).toEqual([0, 1, 2, 3]);
    expect(await viewOf(view, { search: 'ba' })).toEqual([]);
  });

  it('leaves at an abort, and goes on as if nothing had been', async () => {
    await fc.assert(
      fc.asyncProperty(
        batches,
        query,
        query,
        fc.nat({ max: 40 }),
        async (given, first, second, at) => {
          const { table, feed } = createFeed(given);
          feed(given.length >> 1);
          let pauses = Infinity;
          const controller = new AbortController();
          const breathe = async () => {
            if (pauses-- === 0) controller.abort(new Error('left'));
          };
          const view = new RecordView(table, { breathe });
          await view.update(first);
          feed();
          pauses = at;
          await view.update(second, controller.signal).catch((error: Error) => {
            expect(error.message).toBe('left');
          });
          expect(await viewOf(view, first)).toEqual(expected(given.flat(), first));
          expect(await viewOf(view, second)).toEqual(expected(given.flat(), second));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ends an update when another one begins', async () => {
    const { table, feed } = createFeed([[{ a: 2 }, { a: 1 }]]);
    feed();
    const view = new RecordView(table, options);
    const first = view.update({ sort: [{ column: 'a' }] });
    const second = view.update({ sort: [{ column: 'a', descending: true }] });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect([...(await second)!]).toEqual([0, 1]);
  });

  it('leaves what it gave out before as it was', async () => {
    const { table, feed } = createFeed([[{ a: 3 }, { a: 1 }], [{ a: 2 }], [{ a: 9 }, { a: 0 }]]);
    for (const asked of [{ sort: [{ column: 'a' }] }, { filter: [{ column: 'a', from: 0 }] }]) {
      const view = new RecordView(table, options);
      feed(1);
      const rows = (await view.update(asked))!;
      const before = [...rows];
      feed(1);
      await view.update(asked);
      expect([...rows]).toEqual(before);
    }
  });

  it('stops often, and never after more than a few thousand rows of work', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => ({ id: `lot ${(i * 7_919) % 40_000}` }));
    const { table, feed } = createFeed([rows]);
    feed();
    let pauses = 0;
    const view = new RecordView(table, { breathe: async () => void pauses++ });
    await view.update({ sort: [{ column: 'id' }], search: '1' });
    expect(pauses).toBeGreaterThan(60);
  });

  it('gives the same rows while nothing has changed', async () => {
    const { table, feed } = createFeed([[{ a: 3 }, { a: 1 }]]);
    feed();
    const view = new RecordView(table, options);
    const rows = await view.update({ sort: [{ column: 'a' }] });
    expect(await view.update({ sort: [{ column: 'a' }] })).toBe(rows);
  });

  it('takes no bound of a range for another one', async () => {
    const { table, feed } = createFeed([[{ n: 1 }, { n: 2 }]]);
    feed();
    const view = new RecordView(table, options);
    const rowsFrom = async (from: number) =>
      Array.from((await view.update({ filter: [{ column: 'n', from }] }))!);
    expect(await rowsFrom(-Infinity)).toEqual([0, 1]);
    expect(await rowsFrom(Infinity)).toEqual([]);
  });

  it('refuses a table of another kind, and a filter that asks nothing', async () => {
    const { table } = createFeed([]);
    expect(() => new RecordView({ ...table, rowCount: 0 } as never)).toThrow(TypeError);
    const view = new RecordView(table, options);
    await expect(view.update({ filter: [{ column: 'a' } as never] })).rejects.toThrow(
      'A filter of a asks nothing: give it text, values, from, to or empty.',
    );
  });
});
