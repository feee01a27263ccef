import { expect, it } from 'vitest';
import { PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json } from './traceServer.js';

interface Given {
  /** Rows of each batch. */
  sizes: number[];
  /** Batches that are lost on their way. */
  lost: number[];
  /** The batch before which the stream breaks off; null where it ends. */
  cut: number | null;
}

const rowsOf = (total: number) => Array.from({ length: total }, (_, a) => ({ a }));

async function receive({ sizes, lost, cut }: Given) {
  const total = sizes.reduce((sum, size) => sum + size);
  const all = rowsOf(total);
  let from = 0;
  const sent = sizes
    .map((count, batch) => {
      const data = all.slice(from, (from += count));
      return { type: 'records', domain: 'history', batch, count, data };
    })
    .filter(({ batch }) => !lost.includes(batch) && (cut === null || batch < cut));
  const count = sent.reduce((sum, batch) => sum + batch.count, 0);
  const end = [
    { type: 'domain_end', domain: 'history', count },
    { type: 'complete', total_records: count },
  ];
  const server = createTraceServer({
    'GET /job/stream': stream([
      { type: 'meta', job_id: 'job-1', domains: ['history'] },
      { type: 'domain_start', domain: 'history', total },
      ...sent,
      ...(cut === null ? end : []),
    ]),
    'GET /job/result': ({ url }) => {
      const { offset, limit } = Object.fromEntries(new URL(url).searchParams);
      const data = all.slice(Number(offset), Number(offset) + Number(limit));
      return json({ results: { history: { data, count: data.length, total } } });
    },
  });
  const trace = setup(server, { domains: ['history'] });
  const { status } = await trace.execute(PARAMS);
  return { status, rows: trace.store.tables.get('history')!.toJSON(), all };
}

it.each<[string, Given]>([
  ['a larger one, and the stream ends', { sizes: [2, 5, 2, 2], lost: [1], cut: null }],
  ['a smaller one, and the stream ends', { sizes: [3, 1, 3, 3], lost: [1], cut: null }],
  ['a smaller one, and the stream breaks off', { sizes: [2, 1, 2, 2, 2, 1], lost: [1], cut: 4 }],
  ['two that make up for each other', { sizes: [2, 3, 2, 1, 2, 2], lost: [1, 3], cut: null }],
  ['equal ones', { sizes: [2, 2, 2, 2, 1], lost: [1, 3], cut: null }],
])('among batches that are equal the lost ones may not be: %s', async (_what, given) => {
  const { status, rows, all } = await receive(given);
  expect({ status, rows }).toEqual({ status: 'complete', rows: all });
});

it('where the first one is lost, nothing tells the places of the others: the result counts as changed', async () => {
  const { status, rows } = await receive({ sizes: [5, 2, 2, 2], lost: [0], cut: null });
  expect([status, rows]).toEqual(['incomplete', [5, 6, 7, 8, 9, 10].map((a) => ({ a }))]);
});
