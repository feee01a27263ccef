import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StreamMessage } from '../../src/protocol/index.js';
import { encodeJson } from '../../mocks/results/resultMeta.js';
import { createTestBackend } from './api/backend.js';
import {
  getJson,
  MSD_PARAMS,
  prepareEvents,
  readError,
  readMessages,
  runToEnd,
} from './api/client.js';
import { storeResult } from './support/storeResult.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Options = Parameters<typeof createTestBackend>[0];

function start(options?: Options) {
  const backend = createTestBackend(options);
  closing.push(() => backend.queue.close());
  const request = async (path: string, init?: RequestInit) => backend.app.request(path, init);
  return { backend, host: { request, close: async () => undefined } };
}

/** A finished job whose result has several chunks a domain. */
async function runMsd(options?: Options) {
  const { backend, host } = start(options);
  const domains = ['upstream_history', 'materials'] as const;
  const request = await prepareEvents(host, 'mid_section_defect', MSD_PARAMS, [...domains]);
  const { accepted } = await runToEnd(host, request);
  return { backend, host, accepted, url: accepted.stream_url!, jobId: accepted.job_id! };
}

type Records = Extract<StreamMessage, { type: 'records' }> & { cursor: string };
const isRecords = (message: StreamMessage): message is Records => message.type === 'records';

describe('chunks', () => {
  it('are stored compressed unless they are to be JSON, and streamed and paged alike', async () => {
    const compressed = await runMsd();
    const plain = await runMsd({ settings: { chunkEncoding: 'json' } });
    const first = async ({ backend, jobId }: typeof compressed) =>
      (await backend.store.get(jobId, 'result:materials:0'))!;
    expect((await first(compressed))[0]).toBe(0x9d);
    expect((await first(plain))[0]).toBe(0x5b);
    const shown = async ({ host, url, jobId }: typeof compressed) =>
      (await (await host.request(url)).text())
        .replaceAll(jobId, 'JOB')
        .replaceAll(/"cursor":"[\w-]+"/g, '');
    expect(await shown(compressed)).toBe(await shown(plain));
    const page = ({ host, accepted }: typeof compressed) =>
      getJson(host, `${accepted.status_url}/result?domain=materials&offset=149&limit=155`);
    expect(await page(compressed)).toEqual(await page(plain));
  });

  it('that are damaged are told and never passed on, plain or in a gzip body', async () => {
    const { backend, host, url } = await runMsd();
    const get = backend.store.get.bind(backend.store);
    vi.spyOn(backend.store, 'get').mockImplementation(async (jobId, key) => {
      const bytes = await get(jobId, key);
      if (key !== 'result:materials:2' || !bytes) return bytes;
      const damaged = Uint8Array.from(bytes);
      damaged[damaged.length >> 1]! ^= 4;
      return damaged;
    });
    const plain = await readMessages(host, url);
    const gzip = await host.request(url, { headers: { 'Accept-Encoding': 'gzip' } });
    const text = gunzipSync(Buffer.from(await gzip.arrayBuffer())).toString();
    const zipped = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as StreamMessage);
    for (const messages of [plain, zipped]) {
      expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'RESULT_DAMAGED' });
      const materials = messages.filter(isRecords).filter(({ domain }) => domain === 'materials');
      expect(materials).toHaveLength(2);
    }
  });
});

describe('a gzip stream', () => {
  it('says the same as the plain one, in a fifth of the bytes, figures included', async () => {
    const { host, url } = await runMsd({ settings: { streamBatchSize: 1_000 } });
    const plain = await (await host.request(url)).text();
    const response = await host.request(url, { headers: { 'Accept-Encoding': 'br, gzip' } });
    expect(response.headers.get('Content-Encoding')).toBe('gzip');
    expect(response.headers.get('Vary')).toBe('Accept-Encoding');
    const body = Buffer.from(await response.arrayBuffer());
    expect(gunzipSync(body).toString()).toBe(plain);
    expect(body.length).toBeLessThan(plain.length / 5);
  });

  it('is not sent where chunks are JSON, or nobody asks for it', async () => {
    const { host, url } = await runMsd({ settings: { chunkEncoding: 'json' } });
    const asked = await host.request(url, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(asked.headers.get('Content-Encoding')).toBeNull();
    await asked.text();
    const { host: other, url: otherUrl } = await runMsd();
    const response = await other.request(otherUrl);
    expect(response.headers.get('Content-Encoding')).toBeNull();
    await response.text();
  });
});

describe('a cursor', () => {
  it('of any line gives what comes after it, with the counts of the whole', async () => {
    const { host, url } = await runMsd();
    const whole = await readMessages(host, url);
    expect(whole.filter(isRecords).length).toBeGreaterThan(4);
    for (const [index, message] of whole.entries()) {
      if (!isRecords(message)) continue;
      const rest = await readMessages(host, `${url}?cursor=${message.cursor}`);
      const { domain } = message;
      expect(rest[0]).toEqual(whole[0]);
      expect(rest[1]).toEqual(
        whole.find((other) => other.type === 'domain_start' && other.domain === domain),
      );
      expect(rest.slice(2)).toEqual(whole.slice(index + 1));
    }
  });

  it('of another result, of an earlier attempt, or of none is refused', async () => {
    const { backend, host, url } = await runMsd();
    const { cursor } = (await readMessages(host, url)).find(isRecords)!;
    const { host: otherHost, url: otherUrl } = await runMsd();
    const other = (await readMessages(otherHost, otherUrl)).find(isRecords)!.cursor;
    const odd = btoa(JSON.stringify(['job', '1', ['holds', -1, 0, 0]]));
    for (const wrong of [other, 'nonsense', '%00', odd, btoa('{}'), btoa('[1,2,[3]]')]) {
      const error = await readError(
        await host.request(`${url}?cursor=${encodeURIComponent(wrong)}`),
      );
      expect(error, wrong).toMatchObject({ status: 412, error: { code: 'CURSOR_MISMATCH' } });
    }
    expect((await host.request(`${url}?cursor=${cursor}`)).status).toBe(200);
    const jobId = url.split('/').at(-2)!;
    await backend.store.beginAttempt(jobId, { status: 'started' });
    for (const follow of ['', '&follow=1']) {
      const response = await host.request(`${url}?cursor=${cursor}${follow}`);
      expect(response.status).toBe(follow ? 412 : 409);
    }
  });

  it('of a result that has expired is answered 404', async () => {
    const { backend, host, url, jobId } = await runMsd();
    const { cursor } = (await readMessages(host, url)).find(isRecords)!;
    await backend.store.endJob(jobId, { status: 'finished', completed_at: '1' });
    const error = await readError(await host.request(`${url}?cursor=${cursor}`));
    expect(error).toMatchObject({ status: 404, error: { code: 'JOB_RESULT_EXPIRED' } });
  });

  it('of a result written by Python counts rows whose chunks have any size', async () => {
    const { backend, host } = start();
    const meta = { profile: 'p', domains: { holds: { chunks: 3, total: 4 } }, failed_domains: [] };
    await storeResult(backend.store, 'py', {
      'result:meta': encodeJson(meta),
      'result:holds:0': '[{"a": 1}, {"a": 2}]',
      'result:holds:1': '[{"a": 3}]',
      'result:holds:2': '[{"a": 4}]',
    });
    const url = '/api/trace/job/py/stream';
    const whole = await readMessages(host, url);
    const { cursor } = whole.filter(isRecords)[0]!;
    const rest = await readMessages(host, `${url}?cursor=${cursor}`);
    expect(rest.filter(isRecords).flatMap(({ data }) => data)).toEqual([{ a: 3 }, { a: 4 }]);
    expect(rest.at(-2)).toEqual({ type: 'domain_end', domain: 'holds', count: 4 });
    expect(rest.at(-1)).toEqual({ type: 'complete', total_records: 4 });
  });

  it('of a legacy result cannot be', async () => {
    const { backend, host } = start();
    await storeResult(backend.store, 'old', { result: '{"results": {}}' });
    const error = await readError(await host.request('/api/trace/job/old/stream?cursor=eA'));
    expect(error).toMatchObject({ status: 412, error: { code: 'CURSOR_MISMATCH' } });
  });
});
