import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSource } from '../../mocks/adapters/createSource.js';
import type { EventsAnswer, TraceDomain } from '../../src/protocol/index.js';
import { post, sourceRows } from './api/client.js';
import { type BackendProcess, startProcess } from './support/processes.js';
import { useRedis } from './support/useRedis.js';

const redisServer = useRedis();
const SOURCE = { kind: 'synthetic', containers: 400, seed: 3 } as const;
const DOMAINS: TraceDomain[] = ['history', 'holds'];
const servers: BackendProcess[] = [];
beforeAll(async () => {
  const env = {
    REDIS_URL: redisServer.server.url,
    TRACE_SYNTHETIC_CONTAINERS: String(SOURCE.containers),
    TRACE_SYNTHETIC_SEED: String(SOURCE.seed),
    EVENT_FETCHER_CACHE_SKIP_CID_THRESHOLD: '40',
    TRACE_EVENTS_RATE_LIMIT_MAX_REQUESTS: '4',
    TRACE_SESSIONS_PER_ADDRESS: '2',
    TRACE_SESSION_COOKIE: 'sid',
  };
  for (let i = 0; i < 2; i++) servers.push(await startProcess('server', env));
}, 30_000);
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function askEvents(server: BackendProcess, containers: number, session: string) {
  const params = { start_date: '2025-09-01', end_date: '2026-02-27' };
  const query = { profile: 'mid_section_defect', params } as const;
  const { seeds } = await createSource(SOURCE).resolveSeeds(query);
  const ids = seeds.map((seed) => seed.container_id).slice(0, containers);
  const request = { profile: 'query_tool', container_ids: ids, domains: DOMAINS } as const;
  const host = {
    ...server,
    request: (path: string, init?: RequestInit) =>
      server.request(path, {
        ...init,
        headers: { 'Content-Type': 'application/json', Cookie: `sid=${session}` },
      }),
  };
  const response = await post(host, '/api/trace/events', request);
  const expected = async (domain: TraceDomain) =>
    sourceRows(createSource(SOURCE), { ...request, domains: DOMAINS, params: {} }, domain);
  return { response, expected };
}

it('share what they have cached and what they count, and keep no session', async () => {
  const [a, b] = servers as [BackendProcess, BackendProcess];
  const redis = await redisServer.open();
  const cached = () => redis.keys('mes_wip:trace:cache:*');
  for (const server of [a, b]) {
    const { response, expected } = await askEvents(server, 40, 'my-secret');
    const answer = (await response.json()) as EventsAnswer;
    for (const domain of DOMAINS) {
      const rows = await expected(domain);
      expect(answer.results[domain]).toEqual({ data: rows, count: rows.length });
    }
    expect(await cached()).toHaveLength(2);
  }
  const lives = await Promise.all((await cached()).sort().map((key) => redis.ttl(key)));
  expect(lives[0]).toBeGreaterThan(280);
  expect(lives[0]).toBeLessThanOrEqual(300);
  expect(lives[1]).toBeGreaterThan(160);
  expect(lives[1]).toBeLessThanOrEqual(180);

  for (const server of [b, a]) {
    const { response } = await askEvents(server, 41, 'my-secret');
    expect((await response.json()) as EventsAnswer).not.toHaveProperty('failed_domains');
  }
  expect(await cached()).toHaveLength(2);

  expect((await askEvents(b, 1, 'my-secret')).response.status).toBe(429);
  for (const session of ['s1', 's2', 's3', 's4']) {
    expect((await askEvents(a, 1, session)).response.status).toBe(200);
  }
  expect((await askEvents(b, 1, 's5')).response.status).toBe(429);
  expect((await redis.keys('*')).join()).not.toMatch(/my-secret|s5/);
  expect(JSON.stringify([a.logged, b.logged])).not.toContain('my-secret');
});
