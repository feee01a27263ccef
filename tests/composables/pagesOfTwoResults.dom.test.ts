import { expect, it } from 'vitest';
import { PARAMS, setup, stream } from './traceScope.js';
import { createTraceServer, json } from './traceServer.js';

interface Given {
  /** Rows of each domain. */
  totals: Record<string, number>;
  /** The page behind which the result is made anew. */
  changesBehind: { domain: string; offset: number };
  /** A stream that breaks off behind the first two rows of history. */
  hasStream: boolean;
}

/** A server whose result is made anew between two pages. */
function changingServer({ totals, changesBehind, hasStream }: Given) {
  let made = 'old';
  const pages: string[] = [];
  const server = createTraceServer({
    'POST /api/trace/events': () => {
      const job = { async: true, job_id: 'job-1', status_url: '/job' };
      return json(hasStream ? { ...job, stream_url: '/job/stream' } : job, { status: 202 });
    },
    'GET /job/stream': stream([
      { type: 'meta', job_id: 'job-1', domains: Object.keys(totals) },
      { type: 'domain_start', domain: 'history', total: totals.history },
      {
        type: 'records',
        domain: 'history',
        batch: 0,
        count: 2,
        data: [{ a: 'old0' }, { a: 'old1' }],
      },
    ]),
    'GET /job/result': ({ url }) => {
      const { domain = '', ...query } = Object.fromEntries(new URL(url).searchParams);
      const [offset, limit] = [Number(query.offset), Number(query.limit)];
      pages.push(`${domain} ${offset}+${limit}`);
      const total = totals[domain]!;
      const count = Math.min(limit, total - offset);
      const data = Array.from({ length: count }, (_, i) => ({ a: `${made}${offset + i}` }));
      const isLast = domain === changesBehind.domain && offset === changesBehind.offset;
      if (isLast && limit > 1) made = 'new';
      return json({ results: { [domain]: { data, count, total } } });
    },
  });
  return { ...server, pages };
}

const ROWS = 40_000;
it.each<[string, Given]>([
  [
    'between the pages of the only domain',
    {
      totals: { history: ROWS },
      changesBehind: { domain: 'history', offset: 0 },
      hasStream: false,
    },
  ],
  [
    'between those behind a stream',
    { totals: { history: ROWS }, changesBehind: { domain: 'history', offset: 2 }, hasStream: true },
  ],
  [
    'within the first of two domains',
    {
      totals: { history: ROWS, holds: 3 },
      changesBehind: { domain: 'history', offset: 0 },
      hasStream: false,
    },
  ],
  [
    'within the second',
    {
      totals: { history: 3, holds: ROWS },
      changesBehind: { domain: 'holds', offset: 0 },
      hasStream: false,
    },
  ],
  [
    'between two domains',
    {
      totals: { history: 3, holds: 3 },
      changesBehind: { domain: 'history', offset: 0 },
      hasStream: false,
    },
  ],
])(
  'a result that is made anew %s is told, and no domain passes for whole',
  async (_where, given) => {
    const server = changingServer(given);
    const trace = setup(server, { domains: Object.keys(given.totals) as ['history'] });
    const state = await trace.execute(PARAMS);
    expect(state.status).toBe('incomplete');
    const problems = state.status === 'incomplete' ? state.problems : [];
    expect(problems).toContainEqual({ kind: 'result-changed', domain: null });
    expect(trace.store.domains.map(({ status }) => status)).not.toContain('complete');
  },
);

it('pages that may be of two results are not whole where the server does not say', async () => {
  let asked = 0;
  const server = createTraceServer({
    'POST /api/trace/events': () =>
      json({ async: true, job_id: 'job-1', status_url: '/job' }, { status: 202 }),
    'GET /job/result': ({ url }) => {
      const domain = new URL(url).searchParams.get('domain')!;
      if (asked++ >= 2) return json({ error: 'down', code: 'X' }, { status: 500 });
      return json({ results: { [domain]: { data: [{ a: asked }], count: 1, total: 1 } } });
    },
  });
  const state = await setup(server).execute(PARAMS);
  expect(state).toMatchObject({ status: 'incomplete', problems: [{ kind: 'no-end-mark' }] });
});

it('one page is of one result', async () => {
  const server = changingServer({
    totals: { history: 3 },
    changesBehind: { domain: 'history', offset: 0 },
    hasStream: false,
  });
  const { status } = await setup(server, { domains: ['history'] }).execute(PARAMS);
  expect([status, server.pages]).toEqual(['complete', ['history 0+20000']]);
});
