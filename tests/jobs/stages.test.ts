import { describe, expect, it } from 'vitest';
import { requestEvents, type RequestEventsInput } from '../../src/jobs/requestEvents.js';
import { resolveSeeds } from '../../src/jobs/resolveSeeds.js';
import type { StageOptions } from '../../src/jobs/runStage.js';
import type { SeedResolveRequest } from '../../src/protocol/index.js';
import { traceLineage } from '../../src/jobs/traceLineage.js';
import { fakeFetch, json, rejection } from '../stream/bodies.js';

const BASE = 'https://dash.example/';
const seed = (id: string) => ({ container_id: id, container_name: `lot ${id}`, lot_id: null });

const blobOf = (value: unknown) => new Blob([JSON.stringify(value)]);
const parse = async (blob: Blob) => JSON.parse(await blob.text()) as unknown;

async function sentBody(body: BodyInit | null | undefined): Promise<unknown> {
  return body && JSON.parse(await new Response(body).text());
}

/** What a lineage led to, its JSON parsed. */
async function traced(...args: Parameters<typeof traceLineage>) {
  const { containerIds, containerCount, lineage, queryId } = await traceLineage(...args);
  const ids = (await parse(containerIds)) as string[];
  expect(containerCount).toBe(ids.length);
  return { containerIds: ids, lineage: await parse(lineage), queryId };
}

/** Answers by method and path; what no route names fails the test. */
function server(routes: Record<string, () => Response>, options: StageOptions = {}) {
  const waits: number[] = [];
  const { fetch, calls } = fakeFetch((url, init) => {
    const key = `${init.method ?? 'GET'} ${url.replace('https://dash.example', '')}`;
    const route = routes[key];
    if (!route) throw new Error(`unexpected ${key}`);
    return route();
  });
  const sleep = async (ms: number) => void waits.push(ms);
  const bodies = () => Promise.all(calls.map(({ init }) => sentBody(init.body)));
  return { options: { baseUrl: BASE, fetch, poll: { sleep }, ...options }, calls, bodies, waits };
}

const SEEDS = 'POST /api/trace/seed-resolve';
const LINEAGE = 'POST /api/trace/lineage';
const EVENTS = 'POST /api/trace/events';

describe('resolveSeeds', () => {
  const request: SeedResolveRequest = { profile: 'query_tool', params: { values: ['W1'] } };

  it('resolves with the seeds, their ids trimmed and each once', async () => {
    const seeds = [seed(' a '), seed('b'), seed('a'), { lot_id: 'x' }, null];
    const answer = { stage: 'seed-resolve', seeds, seed_count: 3, cache_key: 'key' };
    const { options, bodies } = server({ [SEEDS]: () => json(answer) });
    expect(await resolveSeeds(request, options)).toEqual({
      seedIds: ['a', 'b'],
      seedCount: 3,
      cacheKey: 'key',
      notFound: [],
    });
    expect(await bodies()).toEqual([request]);
  });

  it('takes the ids alone that newer servers send', async () => {
    const answer = { seed_container_ids: ['a', 'b'], seed_count: 2, not_found: ['W9'] };
    const { options } = server({ [SEEDS]: () => json({ success: true, data: answer }) });
    expect(await resolveSeeds(request, options)).toMatchObject({
      seedIds: ['a', 'b'],
      cacheKey: null,
      notFound: ['W9'],
    });
  });

  it('polls the job of a 202 and reads its result', async () => {
    const statuses = ['queued', 'finished'];
    const seen: string[] = [];
    let results = 0;
    const { options, waits } = server(
      {
        [SEEDS]: () => json({ async: true, status_url: '/api/job/s1' }, { status: 202 }),
        'GET /api/job/s1': () => json({ job_id: 's1', status: statuses.shift() }),
        'GET /api/job/s1/result': () => {
          results += 1;
          return results === 1 ? json({}, { status: 503 }) : json({ seeds: [seed('a')] });
        },
      },
      { onStatus: ({ status }) => void seen.push(status) },
    );
    expect(await resolveSeeds(request, options)).toMatchObject({ seedIds: ['a'], seedCount: 1 });
    expect(seen).toEqual(['queued', 'finished']);
    expect(waits).toHaveLength(2);
  });

  it.each([
    ['a 202 without a status_url', json({}, { status: 202 })],
    ['a 200 without seeds', json({ stage: 'seed-resolve' })],
  ])('rejects %s', async (_, response) => {
    const { options } = server({ [SEEDS]: () => response });
    expect(await rejection(resolveSeeds(request, options))).toMatchObject({
      code: 'INVALID_ANSWER',
    });
  });
});

describe('traceLineage', () => {
  it('collects seeds and ancestors for a backward trace', async () => {
    const lineage = { stage: 'lineage', ancestors: { a: ['x', 'b'], b: ['y', 'x'] } };
    const { options, bodies } = server({ [LINEAGE]: () => json(lineage) });
    const request = { profile: 'query_tool_reverse', params: {}, seedIds: ['a', 'b'] } as const;
    expect(await traced({ ...request, cacheKey: 'k' }, options)).toEqual({
      containerIds: ['a', 'b', 'x', 'y'],
      lineage: { ancestors: lineage.ancestors },
      queryId: null,
    });
    expect(await bodies()).toEqual([
      { profile: 'query_tool_reverse', container_ids: ['a', 'b'], cache_key: 'k', params: {} },
    ]);
  });

  it('collects descendants for a forward trace, and for MSD by its direction', async () => {
    const lineage = { children_map: { a: ['b'], b: ['c'] }, ancestors: { a: ['z'] } };
    const { options } = server({ [LINEAGE]: () => json(lineage) });
    const forward = { direction: 'forward' } as const;
    for (const [profile, params] of [
      ['query_tool', {}],
      ['mid_section_defect', forward],
    ] as const) {
      const { containerIds } = await traced({ profile, params, seedIds: ['a'] }, options);
      expect(containerIds).toEqual(['a', 'b', 'c']);
    }
  });

  it('asks for the seeds alone where a newer server keeps an MSD lineage', async () => {
    const lineage = { query_id: 'q1', total_nodes: 9, ancestors: { a: ['z'] } };
    const { options } = server({ [LINEAGE]: () => json(lineage) });
    const msd = { profile: 'mid_section_defect', params: {}, seedIds: ['a'] } as const;
    expect(await traced(msd, options)).toMatchObject({ containerIds: ['a'], queryId: 'q1' });
    const query = { ...msd, profile: 'query_tool_reverse' } as const;
    expect(await traced(query, options)).toMatchObject({ containerIds: ['a', 'z'] });
  });

  it('polls the job of a 202 and reads its result', async () => {
    const { options } = server({
      [LINEAGE]: () => json({ status_url: `${BASE}job/l1?v=2` }, { status: 202 }),
      'GET /job/l1?v=2': () => json({ status: 'completed' }),
      'GET /job/l1/result?v=2': () => json({ ancestors: { a: ['x'] } }),
    });
    const request = { profile: 'query_tool_reverse', params: {}, seedIds: ['a'] } as const;
    expect((await traced(request, options)).containerIds).toEqual(['a', 'x']);
  });

  it('passes on the error of a lineage that took too long', async () => {
    const body = { success: false, error: { code: 'LINEAGE_TIMEOUT', message: 'slow' } };
    const { options } = server({ [LINEAGE]: () => json(body, { status: 504 }) });
    const request = { profile: 'query_tool', params: {}, seedIds: ['a'] } as const;
    expect(await rejection(traceLineage(request, options))).toMatchObject({
      name: 'HttpError',
      serverCode: 'LINEAGE_TIMEOUT',
    });
  });
});

describe('requestEvents', () => {
  const input: RequestEventsInput = {
    profile: 'mid_section_defect',
    params: { station: '測試' },
    domains: ['upstream_history', 'materials'],
    seedIds: ['a'],
    containerIds: blobOf(['a', 'x']),
    cacheKey: 'k',
    lineage: blobOf({ ancestors: { a: ['x'] }, seed_roots: { a: 'R' } }),
  };
  const rows = { data: [{ CONTAINERID: 'a' }], count: 1 };

  it('sends the containers and what the stage needs of the lineage', async () => {
    const { options, bodies } = server({ [EVENTS]: () => json({ results: {} }) });
    await requestEvents(input, options);
    expect(await bodies()).toEqual([
      {
        profile: 'mid_section_defect',
        params: { station: '測試' },
        container_ids: ['a', 'x'],
        domains: ['upstream_history', 'materials'],
        cache_key: 'k',
        seed_container_ids: ['a'],
        lineage: { ancestors: { a: ['x'] }, seed_roots: { a: 'R' } },
      },
    ]);
  });

  it('sends the name in place of an MSD lineage that the server keeps', async () => {
    const { options, bodies } = server({ [EVENTS]: () => json({ results: {} }) });
    await requestEvents({ ...input, queryId: 'q1' }, options);
    await requestEvents({ ...input, queryId: 'q1', profile: 'query_tool' }, options);
    expect((await bodies())[0]).toMatchObject({
      container_ids: ['a', 'x'],
      lineage_query_id: 'q1',
    });
    expect((await bodies())[0]).not.toHaveProperty('lineage');
    expect((await bodies())[1]).toMatchObject({
      container_ids: ['a', 'x'],
      lineage_query_id: 'q1',
    });
    expect((await bodies())[1]).toHaveProperty('lineage');
  });

  it('resolves with a synchronous answer and its verdict', async () => {
    const answer = { stage: 'events', results: { upstream_history: rows }, aggregation: null };
    const { options } = server({ [EVENTS]: () => json(answer) });
    expect(await requestEvents(input, options)).toEqual({
      kind: 'answer',
      answer,
      verdict: { problems: [{ kind: 'domain-missing', domain: 'materials' }], notices: [] },
      nonFiniteNumbers: 0,
    });
  });

  it('tells of rows that stay in the spool of a newer server', async () => {
    const answer = { spool_hit: true, trace_query_id: 't', aggregation: { kpi: {} }, results: {} };
    const { options } = server({ [EVENTS]: () => json(answer) });
    const outcome = await requestEvents({ ...input, domains: ['materials'] }, options);
    expect(outcome).toMatchObject({
      kind: 'answer',
      answer: { aggregation: { kpi: {} } },
      verdict: { problems: [], notices: [{ kind: 'rows-not-offered', domain: 'materials' }] },
    });
  });

  it.each([
    [{ stream_url: '/j/1/stream', cancel: true, follow: true }, `${BASE}j/1/stream`, true],
    [{ stream_url: `${BASE}s?x=1` }, `${BASE}s?x=1`, false],
    [{}, null, false],
  ])('resolves with the job of a 202 %j', async (more, streamUrl, isOurs) => {
    const body = { stage: 'events', async: true, job_id: 'j1', status_url: '/j/1', ...more };
    const { options } = server({ [EVENTS]: () => json(body, { status: 202 }) });
    expect(await requestEvents(input, options)).toEqual({
      kind: 'job',
      jobId: 'j1',
      statusUrl: `${BASE}j/1`,
      streamUrl,
      cancel: isOurs,
      follow: isOurs,
    });
  });

  it('uses the paths of the page where there is no base', async () => {
    const { fetch, calls } = fakeFetch(() => json({ status_url: '/j/1' }, { status: 202 }));
    expect(await requestEvents(input, { fetch })).toMatchObject({ statusUrl: '/j/1', jobId: null });
    expect(calls[0]?.url).toBe('/api/trace/events');
  });

  it.each([
    ['a 202 without a status_url', json({}, { status: 202 })],
    ['a 200 without results', json({ stage: 'events' })],
  ])('rejects %s', async (_, response) => {
    const { options } = server({ [EVENTS]: () => response });
    expect(await rejection(requestEvents(input, options))).toMatchObject({
      code: 'INVALID_ANSWER',
    });
  });
});
