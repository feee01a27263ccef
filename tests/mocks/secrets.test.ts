import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobPath } from '../../src/protocol/index.js';
import { type RedisServer, startRedisServer } from '../../bench/startRedis.mjs';
import { events } from './support/ownedJobs.js';
import { type BackendProcess, startProcess } from './support/processes.js';

const SECRET = {
  password: 'pw-marker-1',
  ownerSecret: 'key-marker-2',
  cookie: 'cookie-marker-3',
  bearer: 'bearer-marker-4',
  csrf: 'csrf-marker-5',
  query: 'query-marker-6',
};
const isToldOf = (text: string) => Object.values(SECRET).filter((marker) => text.includes(marker));

let redis: RedisServer;
let processes: BackendProcess[];
beforeAll(async () => {
  redis = await startRedisServer();
  const admin = new Redis(redis.url);
  await admin.config('SET', 'requirepass', SECRET.password);
  admin.disconnect();
  const url = new URL(redis.url);
  const env = {
    REDIS_URL: `redis://:${SECRET.password}@${url.host}`,
    TRACE_OWNER_SECRET: SECRET.ownerSecret,
    TRACE_ASYNC_CID_THRESHOLD: '10',
    TRACE_SYNTHETIC_CONTAINERS: '400',
    TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: '40',
  };
  processes = await Promise.all([startProcess('server', env), startProcess('worker', env)]);
});
afterAll(async () => {
  for (const process of processes) await process.close();
  await redis.stop();
});

/** Drives every route with markers in all that is secret; returns the answers. */
async function driveAll(server: BackendProcess, path: string): Promise<string[]> {
  const headers = {
    'Content-Type': 'application/json',
    Cookie: `session=${SECRET.cookie}; other=${SECRET.cookie}`,
    Authorization: `Bearer ${SECRET.bearer}`,
    'X-CSRF-Token': SECRET.csrf,
    'X-Request-Id': `${SECRET.cookie} ;`,
  };
  const query = `?cursor=${SECRET.query}&domain=${SECRET.query}&offset=${SECRET.query}`;
  const paths = [path, `${path}/result`, `${path}/stream`, '/healthz', '/metrics', '/'];
  const asked = [...paths, '/api/nothing', '/api/trace/events'].flatMap((each) => [
    ['GET', each + query],
    ['DELETE', each + query],
  ]);
  const answers: string[] = [];
  async function ask(address: string, init: RequestInit): Promise<void> {
    const response = await server.request(address, { ...init, headers });
    const told = [...response.headers].flat().join('\n');
    answers.push(`${address}\n${told}\n${await response.text()}`.slice(address.length));
  }
  for (const [method, address] of asked) await ask(address!, { method });
  for (const stage of ['seed-resolve', 'lineage', 'events']) {
    for (const body of ['{"profile":"x"}', '{', JSON.stringify(events(50))]) {
      await ask(`/api/trace/${stage}${query}`, { method: 'POST', body });
    }
  }
  return answers;
}

it('no secret is in a log or in an answer, whatever fails', { timeout: 60_000 }, async () => {
  const [server, worker] = processes as [BackendProcess, BackendProcess];
  const answers = await driveAll(server, jobPath('trace-evt-1'));
  expect(answers.some((text) => text.includes('"job_id"'))).toBe(true);
  await redis.kill();
  answers.push(...(await driveAll(server, jobPath('trace-evt-2'))));
  expect(answers.some((text) => text.includes('SERVICE_UNAVAILABLE'))).toBe(true);
  expect(answers.flatMap(isToldOf)).toEqual([]);
  const logged = [...server.logged, ...worker.logged].map((line) => JSON.stringify(line));
  expect(logged.length).toBeGreaterThan(3);
  expect(logged.filter((line) => isToldOf(line).length > 0)).toEqual([]);
});

it('a server that cannot start tells no secret', async () => {
  const env = { REDIS_URL: `http://:${SECRET.password}@x`, TRACE_OWNER_SECRET: SECRET.ownerSecret };
  const failure = await startProcess('server', env).catch((error: Error) => error.message);
  expect(failure).toContain('REDIS_URL');
  expect(isToldOf(String(failure))).toEqual([]);
});
