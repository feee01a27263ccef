import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import type { EventsAnswer, JobStatus } from '../../src/protocol/index.js';
import { createTraceApp } from '../../mocks/app.js';
import { createTestBackend } from './api/backend.js';
import { getJson, readMessages, rowsOf } from './api/client.js';
import type { ApiHost } from './api/hosts.js';
import { PYTHON_JOB, PYTHON_LEGACY_RESULT, PYTHON_RESULT } from './support/pythonResult.js';
import { useRedis } from './support/useRedis.js';

const { openStore } = useRedis();
const JOB = '/api/trace/job/trace-evt-0a1b2c3d4e5f';

/** The API over a Redis that somebody else has written to. */
async function openApi(values: Record<string, string>) {
  const { store, redis, keyPrefix } = await openStore();
  const { source, settings } = createTestBackend({ withQueue: false });
  const app = createTraceApp({ source, store, queue: null, settings });
  const host: ApiHost = {
    request: async (path, init) => app.request(path, init),
    close: async () => undefined,
  };
  const job = `${keyPrefix}:trace:job:trace-evt-0a1b2c3d4e5f`;
  await redis.hset(`${job}:meta`, PYTHON_JOB);
  await redis.expire(`${job}:meta`, 60);
  for (const [key, value] of Object.entries(values)) await redis.setex(`${job}:${key}`, 60, value);
  return { host, redis, keyPrefix };
}

const keysOf = async (redis: Redis, keyPrefix: string) => redis.keys(`${keyPrefix}*`);
const historyOf = (...indexes: number[]) =>
  indexes.flatMap(
    (index) =>
      JSON.parse(
        PYTHON_RESULT[`result:history:${index}` as keyof typeof PYTHON_RESULT],
      ) as object[],
  );

it("serves a result of the DashBoard's worker as a stream", async () => {
  const { host } = await openApi(PYTHON_RESULT);
  const messages = await readMessages(host, `${JOB}/stream`);
  expect(rowsOf(messages, 'history')).toEqual(historyOf(0, 1));
  expect(rowsOf(messages, 'history')[0]).toMatchObject({ WORKCENTERNAME: '焊接_DB' });
  expect(rowsOf(messages, 'holds')).toEqual(JSON.parse(PYTHON_RESULT['result:holds:0']));
  const types = messages.map(({ type }) => type);
  expect(types.slice(-3)).toEqual(['aggregation', 'warning', 'complete']);
  expect(messages.at(-1)).toMatchObject({ total_records: 4 });
  const aggregation = messages.find((message) => message.type === 'aggregation');
  expect(aggregation).toMatchObject({ data: { kpi: { top_loss_reason: '外觀不良' } } });
});

it("serves the status and any page of a result of the DashBoard's worker", async () => {
  const { host } = await openApi(PYTHON_RESULT);
  expect(await getJson<JobStatus>(host, JOB)).toMatchObject({
    status: 'finished',
    cid_count: 25_000,
    domains: ['history', 'holds', 'jobs'],
    elapsed_seconds: 60.4,
    error: null,
  });
  for (const [offset, rows] of [
    [0, historyOf(0, 1).slice(0, 2)],
    [1, historyOf(0, 1).slice(1, 3)],
    [2, historyOf(1)],
    [3, []],
  ] as const) {
    const path = `${JOB}/result?domain=history&offset=${offset}&limit=2`;
    const page = await getJson<EventsAnswer>(host, path);
    expect(page.results?.history).toEqual({ data: rows, count: rows.length, total: 3 });
  }
});

it("serves a result of the DashBoard's older worker, whole and by domain", async () => {
  const { host } = await openApi({ result: PYTHON_LEGACY_RESULT });
  const whole = JSON.parse(PYTHON_LEGACY_RESULT) as object;
  expect(await readMessages(host, `${JOB}/stream`)).toEqual([{ type: 'full_result', data: whole }]);
  expect(await getJson(host, `${JOB}/result`)).toEqual(whole);
  const page = await getJson<EventsAnswer>(host, `${JOB}/result?domain=history&offset=1&limit=5`);
  expect(page.results?.history).toEqual({ data: historyOf(0).slice(1), count: 1, total: 2 });
});

it("removes a result of the DashBoard's worker when its job is cancelled", async () => {
  for (const values of [PYTHON_RESULT, { result: PYTHON_LEGACY_RESULT }]) {
    const { host, redis, keyPrefix } = await openApi(values);
    const answer = await host.request(JOB, { method: 'DELETE' });
    expect(await answer.json()).toMatchObject({ status: 'cancelled' });
    expect(await keysOf(redis, keyPrefix)).toEqual([
      `${keyPrefix}:trace:job:trace-evt-0a1b2c3d4e5f:meta`,
    ]);
  }
});

it('ends the stream with CHUNK_EXPIRED where Redis has dropped a chunk', async () => {
  const { host, redis, keyPrefix } = await openApi(PYTHON_RESULT);
  await redis.unlink(`${keyPrefix}:trace:job:trace-evt-0a1b2c3d4e5f:result:history:1`);
  const messages = await readMessages(host, `${JOB}/stream`);
  expect(rowsOf(messages, 'history')).toEqual(historyOf(0));
  expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'CHUNK_EXPIRED' });
});
