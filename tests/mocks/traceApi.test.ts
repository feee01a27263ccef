import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  defaultDomains,
  type EventsAnswer,
  type LineageAnswer,
  type SeedResolveAnswer,
  TRACE_DOMAINS,
} from '../../src/protocol/index.js';
import { createTestBackend, type TestBackend } from './api/backend.js';
import {
  getJson,
  MSD_PARAMS,
  post,
  postJson,
  prepareEvents,
  readError,
  readMessages,
  rowsOf,
  runToEnd,
  sourceRows,
} from './api/client.js';
import { type ApiHost, HOSTS } from './api/hosts.js';

const MSD = 'mid_section_defect';
const WAFER = { resolve_type: 'wafer_lot', values: ['WF000001', 'WF000002'] };

describe.each(Object.entries(HOSTS))('the trace API over %s', (_name, startHost) => {
  let backend: TestBackend;
  let host: ApiHost;
  beforeAll(async () => {
    backend = createTestBackend();
    host = await startHost(backend.app);
  });
  afterAll(async () => {
    await backend.queue.close();
    await host.close();
  });

  it('resolves seeds and names the values that it does not know', async () => {
    const answer = await postJson<SeedResolveAnswer>(host, '/api/trace/seed-resolve', {
      profile: 'query_tool',
      params: { resolve_type: 'wafer_lot', values: [' WF000001 ', 'nobody', ''] },
    });
    expect(answer).toMatchObject({ stage: 'seed-resolve', seed_count: 1, not_found: ['nobody'] });
    expect(answer.seeds).toHaveLength(1);
    expect(answer.cache_key).toMatch(/^seeds-/);
  });

  it('traces backward: the ancestors of each seed, without it', async () => {
    const seeds = await postJson<SeedResolveAnswer>(host, '/api/trace/seed-resolve', {
      profile: MSD,
      params: MSD_PARAMS,
    });
    const ids = seeds.seeds!.map((seed) => seed.container_id);
    const answer = await postJson<LineageAnswer>(host, '/api/trace/lineage', {
      profile: MSD,
      params: MSD_PARAMS,
      container_ids: ids,
    });
    expect(Object.keys(answer.ancestors!)).toEqual(ids);
    const { edges = [] } = answer;
    const parents = (id: string) => edges.filter((e) => e.to_cid === id).map((e) => e.from_cid);
    for (const id of ids.slice(0, 40)) {
      const expected = new Set(parents(id));
      for (const ancestor of expected) for (const parent of parents(ancestor)) expected.add(parent);
      expect(new Set(answer.ancestors![id])).toEqual(expected);
      expect(answer.seed_roots![id]).toBe(answer.names![answer.ancestors![id]!.at(-1)!]);
    }
    expect(answer.total_nodes).toBe(400);
    expect(answer.total_ancestor_count).toBe(400 - ids.length);
    expect(answer).toMatchObject({ stage: 'lineage', merges: {} });
  });

  it('traces forward: the children of each node', async () => {
    const { seed_container_ids: seeds } = await prepareEvents(host, 'query_tool', WAFER, [
      'history',
    ]);
    const answer = await postJson<LineageAnswer>(host, '/api/trace/lineage', {
      profile: 'query_tool',
      container_ids: seeds,
    });
    const { edges = [], children_map: children = {}, leaf_serials: leaves = {} } = answer;
    const parents = new Set(edges.map((edge) => edge.from_cid));
    expect(new Set(Object.keys(children))).toEqual(parents);
    for (const [parent, ids] of Object.entries(children)) {
      expect(ids).toEqual(edges.filter((e) => e.from_cid === parent).map((e) => e.to_cid));
    }
    expect(answer).toMatchObject({ stage: 'lineage', roots: seeds, total_nodes: 40 });
    const nodes = Object.keys(answer.nodes!);
    expect(Object.keys(leaves)).toEqual(nodes.filter((id) => !parents.has(id)));
  });

  it('answers small traces at once, with the rows of the source', async () => {
    const request = await prepareEvents(host, 'query_tool', WAFER, [...TRACE_DOMAINS]);
    const answer = await postJson<EventsAnswer>(host, '/api/trace/events', request);
    for (const domain of TRACE_DOMAINS) {
      const rows = await sourceRows(backend.source, request, domain);
      expect(answer.results[domain]).toEqual({ data: rows, count: rows.length });
    }
    expect(answer).not.toHaveProperty('failed_domains');
    expect(answer).not.toHaveProperty('aggregation');
  });

  it.each(['backward', 'forward'] as const)('runs MSD %s as a job', async (direction) => {
    const params = { ...MSD_PARAMS, direction, station: direction === 'forward' ? '成型' : '測試' };
    const domains = defaultDomains(MSD, direction);
    const request = await prepareEvents(host, MSD, params, domains);
    const { accepted, status } = await runToEnd(host, request);
    expect(accepted).toMatchObject({ stage: 'events', async: true, cancel: true });
    expect(accepted.job_id).toMatch(/^trace-evt-[0-9a-f]{32}$/);
    expect(status).toMatchObject({
      job_id: accepted.job_id,
      status: 'finished',
      profile: MSD,
      cid_count: request.container_ids.length,
      domains,
      progress: 'complete',
      pct: 100,
      error: null,
    });

    const messages = await readMessages(host, accepted.stream_url!);
    expect(messages[0]).toMatchObject({ type: 'meta', job_id: accepted.job_id, profile: MSD });
    let total = 0;
    for (const domain of domains) {
      const rows = await sourceRows(backend.source, request, domain);
      expect(rowsOf(messages, domain)).toEqual(rows);
      expect(messages).toContainEqual({ type: 'domain_start', domain, total: rows.length });
      expect(messages).toContainEqual({ type: 'domain_end', domain, count: rows.length });
      total += rows.length;
    }
    expect(messages.at(-1)).toEqual({ type: 'complete', total_records: total });
    const batches = messages.filter((message) => message.type === 'records');
    for (const { count, data } of batches) expect(data).toHaveLength(count);

    const whole = await getJson<EventsAnswer>(host, `${accepted.status_url}/result`);
    const figures = messages.find((message) => message.type === 'aggregation')!;
    expect(whole.aggregation).toEqual(figures.data);
    expect(Object.keys(figures.data.kpi).length).toBeGreaterThan(4);
  });

  it('pages through a result without a gap, and tells count and total', async () => {
    const request = await prepareEvents(host, MSD, MSD_PARAMS, ['materials', 'holds']);
    const { accepted } = await runToEnd(host, request);
    const rows = await sourceRows(backend.source, request, 'materials');
    const url = `${accepted.status_url}/result?domain=materials`;
    for (const [offset, limit] of [
      [0, 1],
      [149, 2],
      [150, 150],
      [7, 0],
      [0, rows.length],
      [rows.length - 3, 50],
      [rows.length, 5],
      [1e9, 5],
    ] as const) {
      const page = await getJson<EventsAnswer>(host, `${url}&offset=${offset}&limit=${limit}`);
      const data = rows.slice(offset, limit === 0 ? undefined : offset + limit);
      expect(page.results).toEqual({ materials: { data, count: data.length, total: rows.length } });
    }
  });

  it('refuses bad input with a code and a sentence', async () => {
    const ids = ['a'];
    const events = { profile: 'query_tool', container_ids: ids, domains: ['history'] };
    const dates = (start_date: unknown, end_date: unknown) => ({
      profile: MSD,
      params: { start_date, end_date },
    });
    const cases: [string, unknown, string][] = [
      ['seed-resolve', '{"profile":', 'INVALID_PARAMS'],
      ['seed-resolve', '[]', 'INVALID_PARAMS'],
      ['seed-resolve', '"text"', 'INVALID_PARAMS'],
      ['seed-resolve', { profile: 'constructor', params: {} }, 'INVALID_PROFILE'],
      ['seed-resolve', { profile: MSD, params: [] }, 'INVALID_PARAMS'],
      ['seed-resolve', dates('2026-02-30', '2026-03-05'), 'INVALID_PARAMS'],
      ['seed-resolve', dates('2026-03-01', '2026-02-01'), 'INVALID_PARAMS'],
      ['seed-resolve', dates('2020-01-01', '2026-02-01'), 'INVALID_PARAMS'],
      ['seed-resolve', dates(20260101, '2026-02-01'), 'INVALID_PARAMS'],
      ['seed-resolve', { profile: MSD, params: { ...MSD_PARAMS, mode: 'all' } }, 'INVALID_PARAMS'],
      [
        'seed-resolve',
        { profile: MSD, params: { ...MSD_PARAMS, direction: 'up' } },
        'INVALID_PARAMS',
      ],
      ['seed-resolve', { profile: MSD, params: { ...MSD_PARAMS, station: 'x' } }, 'INVALID_PARAMS'],
      [
        'seed-resolve',
        { profile: MSD, params: { ...MSD_PARAMS, loss_reasons: [1] } },
        'INVALID_PARAMS',
      ],
      [
        'seed-resolve',
        { profile: 'query_tool', params: { resolve_type: 'serial_number', values: ['a'] } },
        'INVALID_PARAMS',
      ],
      [
        'seed-resolve',
        { profile: 'query_tool', params: { resolve_type: 'lot_id', values: [' '] } },
        'INVALID_PARAMS',
      ],
      [
        'seed-resolve',
        { profile: 'query_tool', params: { resolve_type: 'lot_id', values: 'a' } },
        'INVALID_PARAMS',
      ],
      ['lineage', { profile: MSD, container_ids: [] }, 'INVALID_PARAMS'],
      ['lineage', { profile: MSD, container_ids: [' '] }, 'INVALID_PARAMS'],
      ['lineage', { profile: MSD, container_ids: [1] }, 'INVALID_PARAMS'],
      ['lineage', { profile: MSD, container_ids: { a: 1 } }, 'INVALID_PARAMS'],
      ['events', { ...events, domains: [] }, 'INVALID_PARAMS'],
      ['events', { ...events, domains: ['toString'] }, 'INVALID_PARAMS'],
      ['events', { ...events, container_ids: null }, 'INVALID_PARAMS'],
      ['events', { ...events, lineage: { ancestors: { a: 'b' } } }, 'INVALID_PARAMS'],
      ['events', { ...events, lineage: { seed_roots: { a: 1 } } }, 'INVALID_PARAMS'],
    ];
    for (const [stage, body, code] of cases) {
      const error = await readError(await post(host, `/api/trace/${stage}`, body));
      const label = `${stage} ${JSON.stringify(body)}`;
      expect(error, label).toMatchObject({ status: 400, success: false, error: { code } });
      expect(error.error.message, label).toMatch(/^\S.{15,}[.…]?$/);
    }
  });

  it('refuses a body that is not sent as application/json', async () => {
    for (const type of ['text/plain', 'application/jsonx', '']) {
      const init = { method: 'POST', headers: { 'Content-Type': type }, body: '{}' };
      const error = await readError(await host.request('/api/trace/lineage', init));
      expect(error).toMatchObject({ status: 400, error: { code: 'INVALID_PARAMS' } });
    }
  });

  it('refuses odd job ids, domains, offsets and limits', async () => {
    const request = await prepareEvents(host, MSD, MSD_PARAMS, ['holds']);
    const { accepted } = await runToEnd(host, request);
    const result = `${accepted.status_url}/result`;
    for (const path of [
      '/api/trace/job/a.b',
      '/api/trace/job/%2e%2e%2f',
      '/api/trace/job/a%3Ab/result',
      '/api/trace/job/a%20b/stream',
      `${result}?domain=a:b`,
      `${result}?domain=constructor`,
      `${result}?domain=history`,
      `${result}?offset=-1`,
      `${result}?offset=1.5`,
      `${result}?limit=ten`,
      `${result}?limit=`,
    ]) {
      const error = await readError(await host.request(path));
      expect(error, path).toMatchObject({ status: 400, error: { code: 'INVALID_PARAMS' } });
    }
  });

  it('knows no job that never was', async () => {
    for (const part of ['', '/result', '/stream']) {
      const error = await readError(await host.request(`/api/trace/job/trace-evt-0${part}`));
      expect(error).toMatchObject({ status: 404, error: { code: 'JOB_NOT_FOUND' } });
    }
    expect((await host.request('/api/trace/elsewhere')).status).toBe(404);
  });

  it('drops a result that is cancelled', async () => {
    const request = await prepareEvents(host, MSD, MSD_PARAMS, ['holds']);
    const { accepted } = await runToEnd(host, request);
    const ended = await host.request(accepted.status_url, { method: 'DELETE' });
    expect([ended.status, await ended.json()]).toEqual([
      202,
      { job_id: accepted.job_id, status: 'cancelled' },
    ]);
    expect(await getJson(host, accepted.status_url)).toMatchObject({ status: 'cancelled' });
    const error = await readError(await host.request(accepted.stream_url!));
    expect(error).toMatchObject({
      status: 409,
      error: { code: 'JOB_NOT_COMPLETE' },
      meta: { job_status: 'cancelled' },
    });
    expect(await backend.store.get(accepted.job_id!, 'result:meta')).toBeNull();
  });
});
