import { afterEach, expect, it, vi } from 'vitest';
import { createTraceApp } from '../../mocks/app.js';
import { DROP } from '../../mocks/adapters/redis/scripts.js';
import type { ChunkStore, JobAttempt } from '../../mocks/ports.js';
import { encodeJson } from '../../mocks/results/resultMeta.js';
import { createTestBackend } from './api/backend.js';
import { createLineReader } from './support/lineReader.js';
import { useRedis } from './support/useRedis.js';

const { openStore } = useRedis();
const FIELDS = { status: 'started', profile: 'query_tool', domains: 'history' };
afterEach(() => vi.restoreAllMocks());

const put = (attempt: JobAttempt, who: string, i: number) =>
  attempt.put(`result:history:${i}`, encodeJson([{ who, i }]));

async function finish(attempt: JobAttempt, chunks: number) {
  const history = { chunks, total: chunks, batch_size: 1 };
  const meta = { profile: 'query_tool', domains: { history }, failed_domains: [] };
  await attempt.put('result:meta', encodeJson(meta));
  await attempt.end({ status: 'finished', completed_at: '1' });
}

async function follow(store: ChunkStore) {
  const { source, settings } = createTestBackend({ withQueue: false });
  const app = createTraceApp({ source, store, queue: null, settings });
  return createLineReader(await app.request('/api/trace/job/j/stream?follow=1'));
}

/** What a follower sends until it has looked for its next chunk: it has by the second change of the job. */
async function look(store: ChunkStore, stream: ReturnType<typeof createLineReader>) {
  let text = '';
  for (const pct of ['50', '60']) {
    await store.createJob('j', { pct });
    text += JSON.stringify(await stream.until('progress'));
  }
  return text;
}

it('no follower is sent chunks of the attempt before that are still being removed', async () => {
  const { store, redis, keyPrefix } = await openStore();
  const { store: reader } = await openStore({ keyPrefix });
  const one = await store.beginAttempt('j', FIELDS);
  for (const i of [0, 1]) await put(one, 'one', i);
  // the worker is killed; the one that takes the job up is slow to remove what it left
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const evalsha = redis.evalsha.bind(redis) as (...args: unknown[]) => Promise<unknown>;
  const dropping = vi.spyOn(redis, 'evalsha').mockImplementation((async (...args: unknown[]) => {
    if (args[0] === DROP.sha) await gate;
    return evalsha(...args);
  }) as typeof redis.evalsha);
  const beginning = store.beginAttempt('j', FIELDS);
  await vi.waitFor(() => expect(dropping.mock.lastCall?.[0]).toBe(DROP.sha));
  const stream = await follow(reader);
  const held = await look(store, stream);
  goOn();
  const two = await beginning;
  for (const i of [0, 1]) await put(two, 'two', i);
  await finish(two, 2);
  const rest = JSON.stringify(await stream.until('complete'));
  expect(rest).toContain('"two"');
  expect(held + rest).not.toContain('"one"');
});

it('no follower is sent chunks of the attempt before that stand behind a gap', async () => {
  const { store, redis, keyPrefix } = await openStore();
  const one = await store.beginAttempt('j', FIELDS);
  for (let i = 0; i < 202; i++) await put(one, 'one', i);
  // stored first, expired first
  for (let i = 0; i < 200; i++) await redis.del(`${keyPrefix}:trace:job:j:result:history:${i}`);
  const two = await store.beginAttempt('j', FIELDS);
  const stream = await follow(store);
  for (let i = 0; i < 200; i++) await put(two, 'two', i);
  let text = '';
  while (!text.includes('"i":199')) text += await stream.line();
  text += await look(store, stream);
  for (let i = 200; i < 202; i++) await put(two, 'two', i);
  await finish(two, 202);
  text += JSON.stringify(await stream.until('complete'));
  expect(text).toContain('"i":201');
  expect(text).not.toContain('"one"');
});
