import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JobAccepted, StreamMessage } from '../../src/protocol/index.js';
import { compressChunk } from '../../mocks/results/chunkCodec.js';
import { nodeCompression } from '../../mocks/results/nodeCompression.js';
import { encodeJson } from '../../mocks/results/resultMeta.js';
import { createTestBackend } from './api/backend.js';
import {
  getJson,
  MSD_PARAMS,
  postJson,
  prepareEvents,
  readError,
  readMessages,
  rowsOf,
  sourceRows,
} from './api/client.js';
import { createLineReader } from './support/lineReader.js';
import { createManualSleep } from './support/manualSleep.js';
import { PYTHON_LEGACY_RESULT } from './support/pythonResult.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function start(options: Parameters<typeof createTestBackend>[0] = {}) {
  const clock = createManualSleep();
  const backend = createTestBackend({ sleep: clock.sleep, ...options });
  closing.push(() => backend.queue.close());
  const request = async (path: string, init?: RequestInit) => backend.app.request(path, init);
  return { clock, backend, store: backend.store, host: { request, close: async () => undefined } };
}

const URL_OF_JOB = '/api/trace/job/j/stream';
const FOLLOW = `${URL_OF_JOB}?follow=1`;
const FIELDS = {
  profile: 'query_tool',
  domains: 'history,holds',
  status: 'started',
  stage: 'events',
};
const chunk = (rows: object[]) =>
  compressChunk(new TextEncoder().encode(JSON.stringify(rows)), rows.length, nodeCompression);
const META = (history: number, holds: number) =>
  encodeJson({
    profile: 'query_tool',
    domains: {
      history: { chunks: Math.ceil(history / 2), total: history, batch_size: 2 },
      holds: { chunks: Math.ceil(holds / 2), total: holds, batch_size: 2 },
    },
    failed_domains: [],
  });
const FINISHED = { status: 'finished', completed_at: '1', pct: '100' };
const withoutCursor = (message: StreamMessage) => ({ ...message, cursor: undefined });

describe('follow', () => {
  it('sends each batch as it is stored, and ends as the finished result does', async () => {
    const { host, store, clock } = start();
    const attempt = await store.beginAttempt('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    expect(await stream.message()).toMatchObject({ type: 'meta', domains: ['history', 'holds'] });
    expect(await stream.message()).toEqual({ type: 'progress', pct: 0, rows: 0, stage: 'events' });

    await attempt.put('result:history:0', chunk([{ a: 1 }, { a: 2 }]));
    expect((await stream.until('records')).map(withoutCursor)).toEqual([
      { type: 'domain_start', domain: 'history', total: null },
      { type: 'records', domain: 'history', batch: 0, count: 2, data: [{ a: 1 }, { a: 2 }] },
    ]);
    const next = stream.until('records');
    // the stream waits by now: it is woken
    await vi.waitFor(() => expect(clock.sleepers.size).toBe(2));
    await attempt.put('result:holds:0', new TextEncoder().encode('[{"b": 1}]'));
    expect((await next).map(withoutCursor)).toEqual([
      { type: 'domain_start', domain: 'holds', total: null },
      { type: 'records', domain: 'holds', batch: 0, count: 1, data: [{ b: 1 }] },
    ]);
    await attempt.updateJob({ pct: '40' });
    expect(await stream.message()).toEqual({ type: 'progress', pct: 40, rows: 3, stage: 'events' });

    await attempt.put('result:history:1', chunk([{ a: 3 }]));
    await attempt.put('result:meta', META(3, 1));
    await attempt.end(FINISHED);
    const rest = await stream.until('complete');
    expect(rest.filter(({ type }) => type !== 'progress').map(withoutCursor)).toEqual([
      { type: 'records', domain: 'history', batch: 1, count: 1, data: [{ a: 3 }] },
      { type: 'domain_end', domain: 'history', count: 3 },
      { type: 'domain_end', domain: 'holds', count: 1 },
      { type: 'complete', total_records: 4 },
    ]);
    expect(await stream.line()).toBeNull();
  });

  it('looks once a second where the store does not call', async () => {
    const { host, store, clock } = start();
    vi.spyOn(store, 'subscribe').mockReturnValue(() => undefined);
    const attempt = await store.beginAttempt('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    await stream.until('progress');
    const next = stream.until('records');
    await vi.waitFor(() => expect(clock.sleepers.size).toBe(2));
    await attempt.put('result:holds:0', chunk([{ b: 1 }]));
    clock.passMs(999);
    expect(clock.sleepers.size).toBe(2);
    clock.passMs(1);
    expect((await next).at(-1)).toMatchObject({ domain: 'holds', batch: 0 });
    await stream.cancel();
  });

  it('opens for a job that still waits, and goes on from a cursor', async () => {
    const { host, store } = start();
    await store.createJob('j', { ...FIELDS, status: 'queued' });
    const stream = createLineReader(await host.request(FOLLOW));
    expect(await stream.message()).toMatchObject({ type: 'meta' });
    const attempt = await store.beginAttempt('j', FIELDS);
    await attempt.put('result:history:0', chunk([{ a: 1 }, { a: 2 }]));
    const [records] = (await stream.until('records')).slice(-1);
    await stream.cancel();

    const { cursor } = records as unknown as { cursor: string };
    const again = createLineReader(await host.request(`${FOLLOW}&cursor=${cursor}`));
    await attempt.put('result:history:1', chunk([{ a: 3 }]));
    const rest = await again.until('records');
    expect(rest.at(-2)).toEqual({ type: 'domain_start', domain: 'history', total: null });
    expect(rest.at(-1)).toMatchObject({ batch: 1, data: [{ a: 3 }] });
    await again.cancel();
  });

  it('tells a job that waits its place whenever that changes', async () => {
    const log = vi.fn();
    const { host, backend, clock } = start({ settings: { workerCount: 0 }, log });
    const { queue } = backend;
    const job = (jobId: string) => ({
      ...{
        jobId,
        profile: 'query_tool' as const,
        containerIds: ['c'],
        domains: ['holds' as const],
      },
      ...{ params: {}, seedContainerIds: [], ancestors: {}, seedRoots: {} },
    });
    for (const id of ['first', 'second', 'j']) await queue.enqueue(job(id));
    const stream = createLineReader(await host.request(FOLLOW));
    const queued = { type: 'progress', pct: 0, rows: 0, stage: 'queued' };
    expect((await stream.until('progress')).at(-1)).toEqual({ ...queued, position: 3 });
    const next = stream.message();
    const look = async () => {
      await vi.waitFor(() => expect(clock.sleepers.size).toBe(2));
      clock.passMs(1_000);
    };
    // nothing is new, then the queue cannot tell, and then it can
    await look();
    vi.spyOn(queue, 'position').mockRejectedValueOnce(new Error('away'));
    await look();
    await vi.waitFor(() =>
      expect(log).toHaveBeenCalledWith('warning', expect.any(String), expect.anything()),
    );
    await queue.cancel('first');
    await look();
    expect(await next).toEqual({ ...queued, position: 2 });
    await queue.cancel('j');
    expect((await stream.until('error')).at(-1)).toMatchObject({ code: 'JOB_CANCELLED' });
  });

  it('tells an attempt that begins anew, and sends nothing of it', async () => {
    const { host, store } = start();
    const attempt = await store.beginAttempt('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    await attempt.put('result:history:0', chunk([{ a: 1 }, { a: 2 }]));
    await stream.until('records');
    // the other attempt begins between the reading of its chunk and the look at the job
    const get = store.get.bind(store);
    vi.spyOn(store, 'get').mockImplementation(async (jobId, key) => {
      if (key !== 'result:history:1') return get(jobId, key);
      await store.beginAttempt('j', FIELDS);
      return chunk([{ other: 1 }, { other: 2 }]);
    });
    await attempt.put('result:history:1', chunk([{ a: 3 }]));
    const rest = await stream.until('error');
    expect(rest.at(-1)).toMatchObject({ code: 'RESULT_RESTARTED', message: expect.any(String) });
    expect(rest.map(({ type }) => type)).not.toContain('records');
    expect(await stream.line()).toBeNull();
  });

  it.each([
    [{ status: 'failed', error: 'The database is away.' }, 'JOB_FAILED', 'The database is away.'],
    [{ status: 'abandoned' }, 'JOB_FAILED', 'The job is abandoned.'],
    [{ status: 'cancelled' }, 'JOB_CANCELLED', 'The job was cancelled.'],
  ])('ends with an error line where the job is %o', async (end, code, message) => {
    const { host, store } = start();
    await store.beginAttempt('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    await stream.until('progress');
    await store.endJob('j', { completed_at: '1', ...end });
    expect((await stream.until('error')).at(-1)).toEqual({ type: 'error', code, message });
    expect(await stream.line()).toBeNull();
    expect((await readMessages(host, FOLLOW)).at(-1)).toEqual({ type: 'error', code, message });
  });

  it('ends with an error line where the finished result, or the job, has expired', async () => {
    const { host, store } = start();
    const attempt = await store.beginAttempt('j', FIELDS);
    const finished = createLineReader(await host.request(FOLLOW));
    await finished.until('progress');
    await attempt.end(FINISHED);
    expect((await finished.until('error')).at(-1)).toMatchObject({ code: 'JOB_RESULT_EXPIRED' });

    const other = await store.beginAttempt('j', FIELDS);
    const expired = createLineReader(await host.request(FOLLOW));
    await expired.until('progress');
    vi.spyOn(store, 'readJob').mockResolvedValue(null);
    await other.updateJob({ pct: '1' });
    expect((await expired.until('error')).at(-1)).toMatchObject({ code: 'JOB_NOT_FOUND' });
  });

  it('ends with an error line where the store fails, and does not say why', async () => {
    const log = vi.fn();
    const { host, store } = start({ log });
    const attempt = await store.beginAttempt('j', FIELDS);
    await attempt.put('result:holds:0', chunk([{ b: 1 }]));
    const response = await host.request(FOLLOW);
    vi.spyOn(store, 'get').mockRejectedValue(new Error('secret-host:6379'));
    const stream = createLineReader(response);
    const last = (await stream.until('error')).at(-1);
    expect(last).toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(JSON.stringify(last)).not.toContain('secret');
    expect(JSON.stringify(log.mock.calls)).toContain('secret-host');
  });

  it('sends the result of a job that stores it as a whole', async () => {
    const { host, store } = start();
    // a worker of the DashBoard counts no attempts
    await store.createJob('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    await stream.until('progress');
    vi.spyOn(store, 'get').mockImplementation(async (_, key) =>
      key === 'result' ? new TextEncoder().encode(PYTHON_LEGACY_RESULT) : null,
    );
    await store.createJob('j', { status: 'finished' });
    const data = JSON.parse(PYTHON_LEGACY_RESULT) as object;
    expect(await stream.message()).toEqual({ type: 'full_result', data });
    expect(await stream.line()).toBeNull();
  });

  it('keeps the rows of a domain that fails later, and says that it failed', async () => {
    const { host, store } = start();
    const attempt = await store.beginAttempt('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    await attempt.put('result:holds:0', chunk([{ b: 1 }]));
    await stream.until('records');
    await attempt.drop(['result:holds:0']);
    const history = { chunks: 0, total: 0, batch_size: 2 };
    const meta = { profile: 'query_tool', domains: { history }, failed_domains: ['holds'] };
    await attempt.put('result:meta', encodeJson(meta));
    await attempt.end(FINISHED);
    const rest = await stream.until('complete');
    expect(rest.filter(({ type }) => type !== 'progress')).toEqual([
      { type: 'domain_start', domain: 'history', total: 0 },
      { type: 'domain_end', domain: 'history', count: 0 },
      { type: 'warning', code: 'EVENTS_PARTIAL_FAILURE', failed_domains: ['holds'] },
      { type: 'complete', total_records: 0 },
    ]);
  });

  it('stops looking when the reader leaves, also while nothing happens', async () => {
    const log = vi.fn();
    const { host, store, clock } = start({ log });
    const end = vi.fn();
    const subscribe = store.subscribe.bind(store);
    vi.spyOn(store, 'subscribe').mockImplementation((jobId, onChange) => {
      const stop = subscribe(jobId, onChange);
      return () => (end(), stop());
    });
    await store.beginAttempt('j', FIELDS);
    const reader = (await host.request(FOLLOW)).body!.getReader();
    await reader.read();
    await reader.read();
    const waiting = reader.read();
    await vi.waitFor(() => expect(clock.sleepers.size).toBe(2));
    await reader.cancel();
    expect((await waiting).done).toBe(true);
    expect(end).toHaveBeenCalledTimes(1);
    expect(clock.sleepers.size).toBe(0);
    expect(log).not.toHaveBeenCalled();
  });

  it('is announced, and not needed by who does not ask for it', async () => {
    const { host, store } = start();
    await store.beginAttempt('j', FIELDS);
    expect(await getJson(host, '/api/trace/job/j')).toMatchObject({ follow: true });
    for (const query of ['', '?follow=0']) {
      const error = await readError(await host.request(URL_OF_JOB + query));
      expect(error).toMatchObject({ status: 409, error: { code: 'JOB_NOT_COMPLETE' } });
    }
  });

  it('of a real job brings every row of the source, also as gzip', async () => {
    const backend = createTestBackend();
    closing.push(() => backend.queue.close());
    const request = async (path: string, init?: RequestInit) => backend.app.request(path, init);
    const host = { request, close: async () => undefined };
    const domains = ['upstream_history', 'materials'] as const;
    const events = await prepareEvents(host, 'mid_section_defect', MSD_PARAMS, [...domains]);
    const accepted = await postJson<JobAccepted>(host, '/api/trace/events', events);
    expect(accepted.follow).toBe(true);
    const url = `${accepted.stream_url}?follow=1`;
    const headers = { 'Accept-Encoding': 'gzip' };
    const [plain, zipped] = await Promise.all([
      readMessages(host, url),
      host.request(url, { headers }).then((response) => response.arrayBuffer()),
    ]);
    const text = gunzipSync(Buffer.from(zipped)).toString().trim();
    const unzipped = text.split('\n').map((line) => JSON.parse(line) as StreamMessage);
    for (const messages of [plain, unzipped]) {
      let total = 0;
      for (const domain of domains) {
        const rows = await sourceRows(backend.source, events, domain);
        expect(rowsOf(messages, domain)).toEqual(rows);
        expect(messages).toContainEqual({ type: 'domain_end', domain, count: rows.length });
        total += rows.length;
      }
      expect(messages.at(-1)).toEqual({ type: 'complete', total_records: total });
      expect(messages.some(({ type }) => type === 'aggregation')).toBe(true);
    }
  });
});

describe('heartbeat', () => {
  it('is a blank line for every ten seconds in which nothing else is sent', async () => {
    const { host, store, clock } = start();
    await store.beginAttempt('j', FIELDS);
    const stream = createLineReader(await host.request(FOLLOW));
    await stream.until('progress');
    for (let beat = 0; beat < 3; beat++) {
      const line = stream.line();
      for (let second = 0; second < 10; second++) {
        await vi.waitFor(() => expect(clock.sleepers.size).toBe(2));
        clock.passMs(1_000);
      }
      expect(await line).toBe('');
    }
    await stream.cancel();
  });

  it('never stands inside of a line, however long the store takes', async () => {
    const { host, store, clock } = start();
    const attempt = await store.beginAttempt('j', FIELDS);
    await attempt.put('result:history:0', chunk([{ a: 1 }, { a: 2 }]));
    await attempt.put('result:meta', META(2, 0));
    await attempt.end(FINISHED);
    const get = store.get.bind(store);
    vi.spyOn(store, 'get').mockImplementation(async (jobId, key) => {
      if (key.startsWith('result:history')) await clock.sleep(25_000, new AbortController().signal);
      return get(jobId, key);
    });
    const text = (await host.request(URL_OF_JOB)).text();
    const isDone = text.then(() => true);
    const turn = () => new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
    while (!(await Promise.race([isDone, turn()]))) clock.passMs(500);
    const lines = (await text).split('\n');
    expect(lines.filter((line) => line === '').length).toBeGreaterThan(2);
    const messages = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as object);
    expect(messages.at(-1)).toEqual({ type: 'complete', total_records: 2 });
  });
});
