import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmptyQuery, type RecordQuery, RecordView } from '../../../src/records/index.js';
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
});
