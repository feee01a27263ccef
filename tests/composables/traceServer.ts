import type { StreamMessage } from '../../src/protocol/index.js';

type Route = (request: Request) => Response | Promise<Response>;

export const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), {
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  });

export const ndjson = (body: BodyInit) =>
  new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } });

export const lines = (messages: readonly (StreamMessage | object)[]) =>
  messages.map((message) => `${JSON.stringify(message)}\n`).join('');

export const SEEDS = [
  { container_id: 's1', container_name: 'S1', lot_id: 'S1' },
  { container_id: 's2', container_name: 'S2', lot_id: 'S2' },
];

/** What the three stages and a job answer, unless a test says otherwise. */
export function defaultRoutes(): Record<string, Route> {
  return {
    'POST /api/trace/seed-resolve': () =>
      json({ stage: 'seed-resolve', seeds: SEEDS, seed_count: 2, cache_key: 'key' }),
    'POST /api/trace/lineage': () =>
      json({ stage: 'lineage', ancestors: { s1: ['p1', 'p2'], s2: ['p1'] }, total_nodes: 4 }),
    'POST /api/trace/events': () =>
      json(
        {
          stage: 'events',
          async: true,
          job_id: 'job-1',
          status_url: '/job',
          stream_url: '/job/stream',
          cancel: true,
        },
        { status: 202 },
      ),
    'GET /job': () => json({ job_id: 'job-1', status: 'finished', pct: 100 }),
    'GET /job/result': () => json({ error: 'no such page', code: 'NOT_FOUND' }, { status: 404 }),
    'DELETE /job': () => json({ job_id: 'job-1', status: 'cancelled' }, { status: 202 }),
  };
}

/** A server made of functions: its `fetch`, and what it was asked. */
export function createTraceServer(changes: Record<string, Route> = {}) {
  const routes: Record<string, Route> = { ...defaultRoutes(), ...changes };
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(new URL(String(input), 'http://trace.test'), init);
    requests.push(request.clone());
    const { pathname, search } = new URL(request.url);
    const route = routes[`${request.method} ${pathname}`];
    if (!route) throw new TypeError(`no route ${request.method} ${pathname}${search}`);
    return route(request);
  };
  /** Answers otherwise from now on; null as at first. */
  const change = (more: Record<string, Route | null>) => {
    for (const [path, route] of Object.entries(more))
      routes[path] = route ?? defaultRoutes()[path]!;
  };
  const asked = () => requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  return { fetch, requests, asked, change };
}

export const STREAM = [
  { type: 'meta', job_id: 'job-1', profile: 'query_tool_reverse', domains: ['history', 'holds'] },
  { type: 'domain_start', domain: 'history', total: 3 },
  { type: 'records', domain: 'history', batch: 0, count: 2, data: [{ a: 1 }, { a: 2 }] },
  { type: 'records', domain: 'history', batch: 1, count: 1, data: [{ a: 3 }] },
  { type: 'domain_end', domain: 'history', count: 3 },
  { type: 'domain_start', domain: 'holds', total: 1 },
  { type: 'records', domain: 'holds', batch: 0, count: 1, data: [{ b: 1 }] },
  { type: 'domain_end', domain: 'holds', count: 1 },
  { type: 'complete', total_records: 4 },
];
