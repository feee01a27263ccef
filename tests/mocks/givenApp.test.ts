import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MsdAggregation } from '../../src/protocol/index.js';
import { createGivenApp, type GivenAppOptions } from '../../mocks/given/createGivenApp.js';
import { pythonJson } from '../../mocks/given/pythonJson.js';

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, ROW) => ({ ROW, NAME: '測試' }));

/** A job of such an app; asks it for what stands behind its URL. */
async function runJob(options: GivenAppOptions, profile = 'query_tool') {
  const app = createGivenApp(options);
  const ask = (path: string, init?: RequestInit) =>
    app.fetch(new Request(`http://given.test${path}`, init));
  const body = JSON.stringify({ profile, domains: Object.keys(options.domains) });
  const accepted = await ask('/api/trace/events', { method: 'POST', body });
  const { status_url: url } = (await accepted.json()) as { status_url: string };
  return { accepted, url, ask: (path: string) => ask(url + path), askApp: ask };
}

async function linesOf(answer: Response) {
  const text = await answer.text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a server of the given contract', () => {
  it('makes a job of each trace, with none of our extensions', async () => {
    const { accepted, url, ask } = await runJob({ domains: { history: [] } });
    expect(accepted.status).toBe(202);
    expect(url).toMatch(/^\/api\/trace\/job\/trace-evt-[0-9a-f]{12}$/);
    const status = (await (await ask('')).json()) as object;
    expect(status).toMatchObject({ status: 'finished', domains: ['history'] });
    expect(status).not.toHaveProperty('follow');
    expect(status).not.toHaveProperty('cancel');
  });

  it.each([
    ['query_tool', 'children_map'],
    ['query_tool_reverse', 'ancestors'],
    ['mid_section_defect', 'ancestors'],
  ])('answers the lineage of %s with %s', async (profile, field) => {
    const { askApp } = await runJob({ domains: {} });
    const body = JSON.stringify({ profile, params: {}, container_ids: [] });
    expect(
      await (await askApp('/api/trace/lineage', { method: 'POST', body })).json(),
    ).toHaveProperty(field);
  });

  it('streams all rows in batches, without cursors', async () => {
    const domains = { history: rowsOf(5), holds: rowsOf(1), jobs: [] };
    const { ask } = await runJob({ domains, batchSize: 2 });
    const lines = await linesOf(await ask('/stream'));
    expect(lines[0]).toMatchObject({ type: 'meta', domains: ['history', 'holds', 'jobs'] });
    expect(lines.at(-1)).toEqual({ type: 'complete', total_records: 6 });
    const records = lines.filter(({ type }) => type === 'records');
    expect(records.map(({ domain, batch, count }) => [domain, batch, count])).toEqual([
      ['history', 0, 2],
      ['history', 1, 2],
      ['history', 2, 1],
      ['holds', 0, 1],
    ]);
    expect(records.flatMap(({ data }) => data)).toEqual([...domains.history, ...domains.holds]);
    expect(records.every((line) => !('cursor' in line))).toBe(true);
  });

  it('skips a chunk that has expired without a word, and its pages lack those rows', async () => {
    const history = rowsOf(6);
    const expiredChunks = { history: [1] };
    const { ask } = await runJob({ domains: { history }, batchSize: 2, expiredChunks });
    const lines = await linesOf(await ask('/stream'));
    expect(lines.filter(({ type }) => type === 'records').map(({ batch }) => batch)).toEqual([
      0, 2,
    ]);
    expect(lines.find(({ type }) => type === 'domain_start')).toMatchObject({ total: 6 });
    expect(lines.find(({ type }) => type === 'domain_end')).toMatchObject({ count: 4 });
    const page = await ask('/result?domain=history&offset=1&limit=4');
    expect(await page.json()).toMatchObject({
      results: { history: { data: [history[1], history[4]], count: 2, total: 6 } },
    });
  });

  it('answers with all rows of all domains, a page of each, or of one', async () => {
    const domains = { history: rowsOf(3), holds: rowsOf(2) };
    const { ask } = await runJob({ domains });
    const rowsAt = async (query: string) => {
      const { results } = (await (await ask(`/result${query}`)).json()) as {
        results: Record<string, { data: { ROW: number }[] }>;
      };
      return Object.entries(results).map(([name, { data }]) => [name, data.map(({ ROW }) => ROW)]);
    };
    expect(await rowsAt('')).toEqual([
      ['history', [0, 1, 2]],
      ['holds', [0, 1]],
    ]);
    expect(await rowsAt('?offset=1&limit=1')).toEqual([
      ['history', [1]],
      ['holds', [1]],
    ]);
    expect(await rowsAt('?domain=history&offset=2')).toEqual([['history', [2]]]);
  });

  it('has the figures in its stream and its result', async () => {
    const aggregation = { total_seeds: 1 } as unknown as MsdAggregation;
    const { ask } = await runJob({ domains: { history: [] }, aggregation });
    const lines = await linesOf(await ask('/stream'));
    expect(lines.at(-2)).toEqual({ type: 'aggregation', data: aggregation });
    expect(await (await ask('/result')).json()).toMatchObject({ aggregation });
  });

  it('refuses pages where it is to', async () => {
    const { ask } = await runJob({ domains: { history: rowsOf(1) }, offersPages: false });
    const answer = await ask('/result?domain=history');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('answers 404 for a job that it does not know, and to DELETE', async () => {
    const { askApp, url } = await runJob({ domains: {} });
    expect((await askApp('/api/trace/job/other')).status).toBe(404);
    expect((await askApp(url, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('JSON as Python writes it', () => {
  it('has a blank behind commas and colons', () => {
    const value = { b: [1, null, 'x,y: z'], a: { c: true } };
    expect(pythonJson(value)).toBe('{"b": [1, null, "x,y: z"], "a": {"c": true}}');
    expect(pythonJson({ b: '測', a: 1 })).toBe('{"b": "測", "a": 1}');
    expect(pythonJson({ b: '測', a: 1 }, { plainAnswer: true })).toBe('{"a": 1, "b": "\\u6e2c"}');
  });

  it('reads as the value that was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, plainAnswer) => {
        expect(JSON.parse(pythonJson(value, { plainAnswer }))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });
});
