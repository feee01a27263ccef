import { describe, expect, it } from 'vitest';
import type { StreamMessage } from '../../src/protocol/index.js';
import { createRedis } from '../../mocks/adapters/redis/createRedis.js';
import { StoreFullError, StoreUnavailableError } from '../../mocks/adapters/storeErrors.js';
import { createTraceApp } from '../../mocks/app.js';
import type { Log } from '../../mocks/log.js';
import { AttemptLostError, type ChunkStore, type JobAttempt } from '../../mocks/ports.js';
import { createTestBackend } from './api/backend.js';
import { readError, rowsOf } from './api/client.js';
import { createLineReader } from './support/lineReader.js';
import { storeResult, type StoredValues } from './support/storeResult.js';
import { nextEvent, useRedis } from './support/useRedis.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const FINISHED = { status: 'finished', completed_at: '7' };
const FAILED = { status: 'failed', error: 'Redis is full.', completed_at: '7' };

describe('a full Redis', () => {
  const { openStore } = useRedis();

  it('takes no value and no new job, and lets a job end with its reason', async () => {
    const { store, redis } = await openStore();
    const attempt = await store.beginAttempt('a', { domains: 'history' });
    await attempt.put('result:history:0', bytes('[1]'));
    await storeResult(store, 'b', { 'result:history:0': '[2]', 'result:meta': '{"domains":{}}' });
    await redis.config('SET', 'maxmemory', '1');
    const put = attempt.put('result:history:1', bytes('[2]'));
    await expect(put).rejects.toThrow(StoreFullError);
    await expect(put).rejects.toThrow('raise maxmemory');
    await expect(store.createJob('c', { status: 'queued' })).rejects.toThrow(StoreFullError);
    await attempt.updateJob({ pct: '7' });
    await attempt.end(FAILED);
    expect(await store.readJob('a')).toEqual({
      domains: 'history',
      attempt: '1',
      'chunks:history': '1',
      pct: '7',
      ...FAILED,
    });
    expect(await store.get('a', 'result:history:0')).toBeNull();
    expect(await store.get('b', 'result:history:0')).not.toBeNull();
    const next = await store.beginAttempt('b', {});
    await expect(next.put('result:history:0', bytes('[1]'))).rejects.toThrow(StoreFullError);
    await store.endJob('b', FAILED);
    await redis.config('SET', 'maxmemory', '0');
    const again = await store.beginAttempt('a', {});
    await again.put('result:history:0', bytes('[1]'));
    await again.end(FINISHED);
  });

  it('tells a server that may not write from one that is full', async () => {
    const { store, redis } = await openStore();
    await redis.replicaof('127.0.0.1', '1');
    await expect(store.createJob('a', {})).rejects.toThrow(/takes no commands now \(READONLY/);
    await redis.replicaof('NO', 'ONE');
    await store.createJob('a', {});
  });
});

describe('a Redis that was killed and comes back', () => {
  const forgetful = useRedis();
  const lasting = useRedis({ aof: 'always' });

  it('with an append-only file: the attempt goes on as if nothing had been', async () => {
    const { store } = await lasting.openStore();
    const attempt = await store.beginAttempt('a', { domains: 'history' });
    for (let i = 0; i < 5; i++) {
      const put = attempt.put(`result:history:${i}`, bytes(`[${i}]`));
      await lasting.server.kill();
      await lasting.server.restart();
      await put;
    }
    await attempt.put('result:meta', bytes('{}'));
    await attempt.end(FINISHED);
    for (let i = 0; i < 5; i++) {
      expect(await store.get('a', `result:history:${i}`)).toEqual(Buffer.from(`[${i}]`));
    }
    expect(await store.readJob('a')).toMatchObject({ ...FINISHED, attempt: '1' });
  });

  it('without one: the attempt is lost, and the job can be begun anew', async () => {
    const { store } = await forgetful.openStore();
    const attempt = await store.beginAttempt('a', { domains: 'history' });
    await attempt.put('result:history:0', bytes('[1]'));
    await forgetful.server.kill();
    const put = attempt.put('result:history:1', bytes('[2]')).catch((error: unknown) => error);
    await forgetful.server.restart();
    expect(await put).toBeInstanceOf(AttemptLostError);
    await expect(attempt.end(FINISHED)).rejects.toThrow(AttemptLostError);
    expect(await store.readJob('a')).toBeNull();
    const next = await store.beginAttempt('a', {});
    await expect(attempt.updateJob({ pct: '1' })).rejects.toThrow(AttemptLostError);
    await next.end(FINISHED);
  });

  it('is listened to again, and what may have been missed is looked for', async () => {
    const { store, keyPrefix, redis } = await forgetful.openStore();
    const { store: worker } = await forgetful.openStore({ keyPrefix });
    let heard = 0;
    store.subscribe('a', () => heard++);
    const channel = `${keyPrefix}:trace:job:a:changed`;
    await expect.poll(() => redis.pubsub('NUMSUB', channel)).toEqual([channel, 1]);
    await forgetful.server.kill();
    await forgetful.server.restart();
    await expect.poll(() => heard, { timeout: 5_000 }).toBe(1);
    await worker.createJob('a', {});
    await expect.poll(() => heard).toBe(2);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await expect.poll(() => heard, { timeout: 5_000 }).toBe(3);
  });

  it('is told of once when it goes and once when it is back', async () => {
    const told: string[] = [];
    const log: Log = (level, message) => void told.push(`${level}: ${message}`);
    const redis = await forgetful.open(log);
    const closed = nextEvent(redis, 'close');
    await forgetful.server.kill();
    await closed;
    for (let i = 0; i < 3; i++) await nextEvent(redis, 'reconnecting');
    await forgetful.server.restart();
    await expect.poll(() => told, { timeout: 5_000 }).toHaveLength(2);
    expect(told).toEqual(['error: Redis cannot be reached; trying on.', 'info: Redis is back.']);
  });
});

describe('a stream during which Redis is killed', () => {
  const used = useRedis({ aof: 'always' });

  /** A stream of ten chunks, its first lines taken, and what takes the rest of them. */
  async function openStream() {
    const { store, redis } = await used.openStore();
    const values: StoredValues = {
      'result:meta': JSON.stringify({
        profile: 'query_tool',
        domains: { history: { chunks: 10, total: 10, batch_size: 1 } },
        failed_domains: [],
      }),
    };
    for (let i = 0; i < 10; i++)
      values[`result:history:${i}`] = JSON.stringify([{ CONTAINERID: i }]);
    await storeResult(store, 'a', values);
    const { source, settings } = createTestBackend({ withQueue: false });
    const app = createTraceApp({ source, store, queue: null, settings });
    const { body } = await app.request('/api/trace/job/a/stream');
    const pieces = body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"batch":3')) text += (await pieces.read()).value;
    const takeRest = async () => {
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
        text += piece.value;
      }
      const lines = text.trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as StreamMessage);
    };
    return { takeRest, redis };
  }

  it('ends with an error line where Redis stays away', async () => {
    const { takeRest } = await openStream();
    await used.server.kill();
    const messages = await takeRest();
    expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'STORE_UNAVAILABLE' });
    await used.server.restart();
  });

  it('of a job at work ends with an error line where Redis stays away, and goes on by its cursor', async () => {
    const { store } = await used.openStore();
    const { source, settings } = createTestBackend({ withQueue: false });
    const app = createTraceApp({ source, store, queue: null, settings });
    const attempt = await store.beginAttempt('a', { status: 'started', domains: 'history' });
    await attempt.put('result:history:0', bytes('[{"CONTAINERID":0}]'));
    const lines = createLineReader(await app.request('/api/trace/job/a/stream?follow=1'));
    const { cursor } = (await lines.until('records')).at(-1) as { cursor: string };
    await used.server.kill();
    const [error] = (await lines.until('error')).slice(-1);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await lines.line()).toBeNull();
    await used.server.restart();
    await attempt.put('result:history:1', bytes('[{"CONTAINERID":1}]'));
    const path = `/api/trace/job/a/stream?follow=1&cursor=${cursor}`;
    const rest = createLineReader(await app.request(path));
    expect((await rest.until('records')).at(-1)).toMatchObject({ data: [{ CONTAINERID: 1 }] });
    await rest.cancel();
  });

  it('waits for a Redis that comes back, and is whole', async () => {
    const { takeRest, redis } = await openStream();
    const closed = nextEvent(redis, 'close');
    await used.server.kill();
    await closed;
    const rest = takeRest();
    await used.server.restart();
    const messages = await rest;
    expect(rowsOf(messages, 'history').map((row) => row.CONTAINERID)).toEqual([
      ...Array(10).keys(),
    ]);
    expect(messages.at(-1)).toMatchObject({ type: 'complete', total_records: 10 });
  });
});

describe('a Redis that does not answer', () => {
  const used = useRedis();
  const everyCall = (store: ChunkStore, attempt: JobAttempt) => ({
    get: store.get('a', 'result:history:0'),
    readJob: store.readJob('a'),
    createJob: store.createJob('b', { status: 'queued' }),
    beginAttempt: store.beginAttempt('b', {}),
    endJob: store.endJob('b', FAILED),
    put: attempt.put('result:history:0', bytes('[1]')),
    drop: attempt.drop(['result:history:0']),
    updateJob: attempt.updateJob({ pct: '1' }),
    finish: attempt.end(FINISHED),
  });

  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'after %s fails every call in a while',
    async (signal) => {
      const { store, redis } = await used.openStore();
      const closed = nextEvent(redis, 'close');
      const { source, settings } = createTestBackend({ withQueue: false });
      const app = createTraceApp({ source, store, queue: null, settings });
      const attempt = await store.beginAttempt('a', {});
      store.subscribe('a', () => undefined);
      process.kill(used.server.pid, signal);
      store.subscribe('b', () => undefined);
      const calls = everyCall(store, attempt);
      const status = app.request('/api/trace/job/a');
      const ends = await Promise.allSettled(Object.values(calls));
      for (const [i, name] of Object.keys(calls).entries()) {
        const end = ends[i]!;
        expect(end.status === 'rejected' && end.reason, name).toBeInstanceOf(StoreUnavailableError);
      }
      const answer = await status;
      expect(answer.headers.get('Retry-After')).toBe('5');
      expect(await readError(answer)).toMatchObject({
        status: 503,
        error: { code: 'SERVICE_UNAVAILABLE' },
      });
      await closed;
      if (signal === 'SIGSTOP') process.kill(used.server.pid, 'SIGCONT');
      else await used.server.restart();
      await store.createJob('c', { status: 'queued' });
      expect(await store.readJob('c')).toEqual({ status: 'queued' });
    },
  );

  it('when it is opened is waited for, and listened to once it is there', async () => {
    const { keyPrefix } = await used.openStore();
    await used.server.kill();
    const warnings: unknown[] = [];
    const log: Log = (level, message) => void (level === 'warning' && warnings.push(message));
    const redis = createRedis(used.server.url);
    const { store } = await used.openStore({ redis, keyPrefix, log });
    let heard = 0;
    store.subscribe('a', () => heard++);
    await expect(store.readJob('a')).rejects.toThrow(/Redis cannot be reached .*REDIS_URL/);
    await expect.poll(() => warnings, { timeout: 5_000 }).toHaveLength(1);
    await used.server.restart();
    await expect
      .poll(() => store.createJob('a', {}).then(() => heard), { timeout: 5_000 })
      .toBeGreaterThan(1);
    redis.disconnect();
  });
});
