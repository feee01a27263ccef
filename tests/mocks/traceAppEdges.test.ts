import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventsAnswer, StreamMessage, TraceDomain } from '../../src/protocol/index.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import type { TraceSource } from '../../mocks/ports.js';
import { encodeJson } from '../../mocks/results/resultMeta.js';
import { createTestBackend, SETTINGS, SOURCE } from './api/backend.js';
import {
  getJson,
  MSD_PARAMS,
  post,
  postJson,
  prepareEvents,
  readError,
  readMessages,
  runToEnd,
  sourceRows,
} from './api/client.js';
import { type ApiHost, startListening } from './api/hosts.js';
import { createManualSleep } from './support/manualSleep.js';
import { storeResult, withoutKey } from './support/storeResult.js';

const MSD = 'mid_section_defect';
const TWO_WAFERS = { resolve_type: 'wafer_lot', values: ['WF000001', 'WF000002'] };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Backend = ReturnType<typeof createTestBackend>;
function directly(backend: Backend): ApiHost {
  closing.push(() => backend.queue.close());
  return {
    request: async (path, init) => backend.app.request(path, init),
    close: async () => undefined,
  };
}

/** A source that stops short in one domain, or counts how far it was read. */
function sourceWith(changes: Partial<TraceSource>): TraceSource {
  return { ...createSource(SOURCE), ...changes };
}

function failingAt(domain: TraceDomain, afterBatches: number): TraceSource {
  const source = createSource(SOURCE);
  return sourceWith({
    async *fetchEvents(ids, asked, options) {
      let batches = 0;
      for await (const batch of source.fetchEvents(ids, asked, options)) {
        if (asked === domain && batches++ === afterBatches) throw new Error('ORA-01555');
        yield batch;
      }
    },
  });
}

describe('answers', () => {
  it('are wrapped on request of a setting, large and small ones', async () => {
    const host = directly(createTestBackend({ settings: { wrapAnswers: true } }));
    const answer = await postJson<{ success: boolean; data: { seed_count: number }; meta: object }>(
      host,
      '/api/trace/seed-resolve',
      { profile: 'query_tool', params: TWO_WAFERS },
    );
    expect(answer).toMatchObject({ success: true, data: { stage: 'seed-resolve', seed_count: 2 } });
    const events = { profile: 'query_tool', container_ids: ['x'], domains: ['history'] };
    expect(await postJson(host, '/api/trace/events', events)).toMatchObject({
      success: true,
      data: { results: { history: { data: [], count: 0 } } },
      meta: { timestamp: expect.any(String) },
    });
  });

  it('trim ids, drop blanks and repeats, and keep the order', async () => {
    const backend = createTestBackend();
    const host = directly(backend);
    const { container_ids: ids } = await prepareEvents(host, 'query_tool', TWO_WAFERS, ['history']);
    const [a, b] = ids as [string, string];
    const events = { profile: 'query_tool', domains: ['history'] } as const;
    const odd = { ...events, container_ids: [` ${b} `, '', a, b, ' '] };
    const answer = await postJson<EventsAnswer>(host, '/api/trace/events', odd);
    const plain = { ...events, container_ids: [b, a], domains: ['history' as const], params: {} };
    expect(answer.results.history!.data).toEqual(
      await sourceRows(backend.source, plain, 'history'),
    );
  });

  it('tell a domain that fails on the way, beside the rows of the others', async () => {
    const host = directly(createTestBackend({ source: failingAt('materials', 1) }));
    const request = await prepareEvents(host, 'query_tool', TWO_WAFERS, ['history', 'materials']);
    const answer = await postJson<EventsAnswer>(host, '/api/trace/events', request);
    expect(answer).toMatchObject({
      code: 'EVENTS_PARTIAL_FAILURE',
      failed_domains: ['materials'],
      error: expect.stringContaining('materials'),
    });
    const { history, materials } = answer.results;
    expect(history!.data).toHaveLength(history!.count);
    expect(materials!.count).toBe(SETTINGS.streamBatchSize);
    expect(materials!.data).toHaveLength(materials!.count);
  });

  it('give no figures where a domain failed', async () => {
    const settings = { asyncCidThreshold: 10_000 };
    const host = directly(createTestBackend({ source: failingAt('materials', 1), settings }));
    const domains: TraceDomain[] = ['upstream_history', 'materials'];
    const request = await prepareEvents(host, MSD, MSD_PARAMS, domains);
    const answer = await postJson<EventsAnswer>(host, '/api/trace/events', request);
    expect(answer.failed_domains).toEqual(['materials']);
    expect(answer).not.toHaveProperty('aggregation');
  });

  it('take null for absent in parameters', async () => {
    const host = directly(createTestBackend());
    const params = {
      ...MSD_PARAMS,
      station: null,
      direction: null,
      mode: null,
      loss_reasons: null,
    };
    expect((await post(host, '/api/trace/seed-resolve', { profile: MSD, params })).status).toBe(
      200,
    );
  });

  it('are given up after the time for a stage, whether its source hears of it or not', async () => {
    const clock = createManualSleep();
    const signals: AbortSignal[] = [];
    const never = ({ signal }: { signal?: AbortSignal }) => {
      signals.push(signal!);
      return new Promise<never>(() => undefined);
    };
    const source = sourceWith({ resolveSeeds: never, fetchLineage: never });
    const settings = { stageTimeoutSeconds: 20 };
    const host = directly(createTestBackend({ source, settings, sleep: clock.sleep }));
    const seeds = { profile: 'query_tool', params: TWO_WAFERS };
    const lineage = { profile: 'query_tool', container_ids: ['a'] };
    for (const [stage, body, code] of [
      ['seed-resolve', seeds, 'SEED_RESOLVE_FAILED'],
      ['lineage', lineage, 'LINEAGE_TIMEOUT'],
    ] as const) {
      const asked = signals.length;
      const answered = post(host, `/api/trace/${stage}`, body);
      await vi.waitFor(() => expect(signals).toHaveLength(asked + 1));
      clock.passMs(20_000);
      expect(await readError(await answered)).toMatchObject({ status: 504, error: { code } });
      expect(signals.at(-1)!.aborted).toBe(true);
    }
    const odd = { profile: 'query_tool', params: {} };
    expect((await post(host, '/api/trace/seed-resolve', odd)).status).toBe(400);
    expect(clock.sleepers.size).toBe(0);
  });

  it('do not tell the client why the server failed', async () => {
    const log = vi.fn();
    const source = sourceWith({
      resolveSeeds: async () => {
        throw new Error('ORA-12541: secret-host');
      },
      fetchLineage: async () => {
        throw new Error('ORA-12541: secret-host');
      },
    });
    const host = directly(createTestBackend({ source, log }));
    const seeds = { profile: 'query_tool', params: TWO_WAFERS };
    const lineage = { profile: 'query_tool', container_ids: ['a'] };
    const errors = [
      await readError(await post(host, '/api/trace/seed-resolve', seeds)),
      await readError(await post(host, '/api/trace/lineage', lineage)),
    ];
    expect(errors.map(({ error }) => error.code)).toEqual([
      'SEED_RESOLVE_FAILED',
      'LINEAGE_FAILED',
    ]);
    expect(JSON.stringify(errors)).not.toContain('secret');
    expect(JSON.stringify(log.mock.calls)).toContain('secret-host');
  });
});

describe('admission', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `id-${i}`);
  const events = (profile: string, count: number) => ({
    profile,
    container_ids: ids(count),
    domains: ['holds'],
  });

  it('answers at once up to the threshold, and queues above it', async () => {
    const host = directly(createTestBackend());
    expect((await post(host, '/api/trace/events', events('query_tool', 100))).status).toBe(200);
    expect((await post(host, '/api/trace/events', events('query_tool', 101))).status).toBe(202);
    expect((await post(host, '/api/trace/events', events('query_tool', 201))).status).toBe(202);
  });

  it('refuses traces above the limit without a queue, but for MSD, which it logs', async () => {
    const log = vi.fn();
    const host = directly(createTestBackend({ withQueue: false, log }));
    expect((await post(host, '/api/trace/events', events('query_tool', 200))).status).toBe(200);
    const refused = await readError(
      await post(host, '/api/trace/events', events('query_tool', 201)),
    );
    expect(refused).toMatchObject({ status: 413, error: { code: 'CID_LIMIT_EXCEEDED' } });
    expect(log).not.toHaveBeenCalled();
    expect((await post(host, '/api/trace/events', events(MSD, 201))).status).toBe(200);
    expect(log).toHaveBeenCalledWith('warning', expect.any(String), {
      containers: 201,
      limit: 200,
    });
  });

  it('refuses a body that is no UTF-8', async () => {
    const host = directly(createTestBackend());
    const json = JSON.stringify(events('query_tool', 1)).replace('id-0', '\xff');
    const headers = { 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body: Buffer.from(json, 'latin1') };
    expect((await host.request('/api/trace/lineage', init)).status).toBe(400);
  });

  it('limits requests per kind and tells when to come again', async () => {
    const limit = { maxRequests: 2, windowSeconds: 30 };
    const rateLimits = { seed: limit, lineage: limit, events: limit, job: limit };
    const host = directly(createTestBackend({ settings: { rateLimits } }));
    for (let i = 0; i < 2; i++) await host.request('/api/trace/job/trace-evt-1');
    const response = await host.request('/api/trace/job/trace-evt-1/stream');
    expect(response.headers.get('Retry-After')).toBe('30');
    expect(await readError(response)).toMatchObject({
      status: 429,
      error: { code: 'TOO_MANY_REQUESTS' },
      meta: { retry_after_seconds: 30 },
    });
    const ended = await host.request('/api/trace/job/trace-evt-1', { method: 'DELETE' });
    expect(ended.status).toBe(404);
  });

  it('answers 503 with Retry-After where the queue takes no more', async () => {
    const backend = createTestBackend({ settings: { queueMaxWaiting: 1 } });
    const host = directly(backend);
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let i = 0; i < 6; i++) {
      last = await post(host, '/api/trace/events', events('query_tool', 5_000));
      statuses.push(last.status);
      if (last.status === 503) break;
    }
    expect(statuses.at(-1)).toBe(503);
    expect(last!.headers.get('Retry-After')).toBe('30');
    expect(await readError(last!)).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE' } });
  });

  it('takes parameters of any depth, and hands none on that it does not know', async () => {
    const host = directly(createTestBackend());
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const body = JSON.stringify(events('query_tool', 101)).replace(
      '"profile"',
      `"params":{"note":${deep}},"profile"`,
    );
    for (let i = 0; i < 3; i++) {
      expect((await post(host, '/api/trace/events', body)).status).toBe(202);
    }
  });

  it('refuses bodies that are too large, told or not', async () => {
    const host = directly(createTestBackend({ settings: { maxBodyBytes: 10_000 } }));
    const filler = (bytes: number) => JSON.stringify({ profile: MSD, filler: 'x'.repeat(bytes) });
    for (const [stage, bytes] of [
      ['events', 10_001],
      ['lineage', 10_001],
      ['seed-resolve', 1_048_577],
    ] as const) {
      const told = await readError(await post(host, `/api/trace/${stage}`, filler(bytes)));
      expect(told).toMatchObject({ status: 413, error: { code: 'BODY_TOO_LARGE' } });
    }
    const pulled = vi.fn();
    const endless = () =>
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulled();
            controller.enqueue(new Uint8Array(4_000));
          },
        },
        { highWaterMark: 0 },
      );
    const send = async (headers: Record<string, string>) => {
      const json = { 'Content-Type': 'application/json', ...headers };
      const init = { method: 'POST', headers: json, body: endless(), duplex: 'half' };
      return (await host.request('/api/trace/events', init as RequestInit)).status;
    };
    expect(await send({ 'Content-Length': '10001' })).toBe(413);
    expect(pulled).not.toHaveBeenCalled();
    expect(await send({})).toBe(413);
    expect(pulled.mock.calls.length).toBeLessThan(6);
  });
});

describe('results', () => {
  async function runHolds() {
    const backend = createTestBackend();
    const host = directly(backend);
    const request = await prepareEvents(host, MSD, MSD_PARAMS, ['materials', 'holds']);
    return { backend, host, request, ...(await runToEnd(host, request)) };
  }

  it('end with an error line where a chunk is gone, behind the rows before it', async () => {
    const { backend, host, accepted } = await runHolds();
    const { get } = withoutKey(
      { get: backend.store.get.bind(backend.store) },
      'result:materials:2',
    );
    vi.spyOn(backend.store, 'get').mockImplementation(get);
    const messages = await readMessages(host, accepted.stream_url!);
    const batches = messages.filter(
      (message) => message.type === 'records' && message.domain === 'materials',
    );
    expect(batches).toHaveLength(2);
    expect(messages.at(-1)).toMatchObject({
      type: 'error',
      code: 'CHUNK_EXPIRED',
      message: expect.stringContaining('materials'),
    });
  });

  it('break a page off where a chunk is gone', async () => {
    const { backend, host, accepted } = await runHolds();
    const { get } = withoutKey(
      { get: backend.store.get.bind(backend.store) },
      'result:materials:2',
    );
    vi.spyOn(backend.store, 'get').mockImplementation(get);
    const page = await host.request(`${accepted.status_url}/result?domain=materials`);
    await expect(page.text()).rejects.toThrow('Chunk 2 of materials');
  });

  it('are gone as a whole once they were removed', async () => {
    const { backend, host, accepted } = await runHolds();
    await backend.store.endJob(accepted.job_id!, { status: 'finished', completed_at: '1' });
    for (const part of ['result', 'stream']) {
      const error = await readError(await host.request(`${accepted.status_url}/${part}`));
      expect(error).toMatchObject({ status: 404, error: { code: 'JOB_RESULT_EXPIRED' } });
    }
  });

  it('cannot be read before the job has finished', async () => {
    const backend = createTestBackend();
    const host = directly(backend);
    await backend.store.createJob('trace-evt-1', {
      status: 'started',
      created_at: '1',
      cid_count: '3',
    });
    for (const part of ['result', 'stream']) {
      const error = await readError(await host.request(`/api/trace/job/trace-evt-1/${part}`));
      expect(error).toMatchObject({
        status: 409,
        error: { code: 'JOB_NOT_COMPLETE' },
        meta: { job_status: 'started' },
      });
    }
  });

  it('under the legacy single key are streamed and paged', async () => {
    const backend = createTestBackend();
    const host = directly(backend);
    const rows = [{ a: 1 }, { a: 2 }, { a: 3 }];
    const legacy = { stage: 'events', results: { history: { data: rows, count: 3 } } };
    await storeResult(backend.store, 'old', { result: encodeJson(legacy) });
    const url = '/api/trace/job/old';
    expect(await readMessages(host, `${url}/stream`)).toEqual([
      { type: 'full_result', data: legacy },
    ]);
    expect(await getJson(host, `${url}/result`)).toEqual(legacy);
    expect(await getJson(host, `${url}/result?domain=holds&limit=1`)).toEqual(legacy);
    expect(await getJson(host, `${url}/result?domain=history&offset=1&limit=1`)).toEqual({
      stage: 'events',
      results: { history: { data: [{ a: 2 }], count: 1, total: 3 } },
    });
  });

  it('under the legacy single key are sent whole where they hold NaN', async () => {
    const backend = createTestBackend();
    const host = directly(backend);
    const legacy = '{"results": {"history": {"data": [{"a": NaN}], "count": 1}}}';
    await storeResult(backend.store, 'old', { result: legacy });
    const page = await host.request('/api/trace/job/old/result?domain=history&limit=1');
    expect(await page.text()).toBe(legacy);
  });

  it('written by Python are streamed row by row as they are', async () => {
    const backend = createTestBackend();
    const host = directly(backend);
    const meta =
      '{"profile": "mid_section_defect", "domains": {"holds": {"chunks": 2, "total": 3}}, "failed_domains": ["jobs"]}';
    const values = {
      'result:meta': meta,
      'result:holds:0': '[{"a": 1.0, "b": "\\u6e2c"}, {"a": null}]',
      'result:holds:1': '[{"a": NaN}]',
    } as const;
    await storeResult(backend.store, 'py', values, { profile: MSD, domains: 'holds' });
    const text = await (await host.request('/api/trace/job/py/stream')).text();
    const lines = text.split('\n');
    const rowLine = (line: string) => line.replace(/"cursor":"[\w-]+",/, '');
    expect(rowLine(lines[2]!)).toBe(
      '{"type":"records","domain":"holds","batch":0,"count":2,"data":[{"a": 1.0, "b": "\\u6e2c"}, {"a": null}]}',
    );
    expect(rowLine(lines[3]!)).toBe(
      '{"type":"records","domain":"holds","batch":1,"count":1,"data":[{"a": NaN}]}',
    );
    expect(JSON.parse(lines[5]!) as StreamMessage).toEqual({
      type: 'warning',
      code: 'EVENTS_PARTIAL_FAILURE',
      failed_domains: ['jobs'],
    });
    expect(JSON.parse(lines[6]!)).toEqual({ type: 'complete', total_records: 3 });
  });
});

describe('a reader that leaves', () => {
  function countingSource() {
    const inner = createSource({ ...SOURCE, containers: 4_000 });
    const state = { batches: 0, ended: false };
    const source: TraceSource = {
      ...inner,
      async *fetchEvents(ids, domain, options) {
        try {
          for await (const batch of inner.fetchEvents(ids, domain, options)) {
            state.batches++;
            yield batch;
          }
        } finally {
          state.ended = true;
        }
      },
    };
    return { source, state };
  }
  const settings = {
    asyncCidThreshold: 10_000,
    eventsCidLimit: 10_000,
    streamBatchSize: SETTINGS.streamBatchSize,
  };

  it('stops the work on a synchronous answer, over a connection', async () => {
    const { source, state } = countingSource();
    const backend = createTestBackend({ source, settings });
    const host = await startListening(backend.app);
    closing.push(() => host.close());
    const request = await prepareEvents(host, MSD, MSD_PARAMS, ['upstream_history']);
    const leave = new AbortController();
    const response = await host.request('/api/trace/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      signal: leave.signal,
    });
    await response.body!.getReader().read();
    leave.abort();
    await vi.waitFor(() => expect(state.ended).toBe(true));
    expect(state.batches).toBeLessThan(40_000 / settings.streamBatchSize);
  });

  it('asks for no batch that nobody reads', async () => {
    const { source, state } = countingSource();
    const backend = createTestBackend({ source, settings });
    const host = directly(backend);
    const request = await prepareEvents(host, MSD, MSD_PARAMS, ['upstream_history']);
    const response = await post(host, '/api/trace/events', request);
    const reader = response.body!.getReader();
    while (state.batches === 0) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(state.batches).toBeLessThanOrEqual(2);
    await reader.cancel();
    expect(state.ended).toBe(true);
  });
});
