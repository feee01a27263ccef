import { once } from 'node:events';
import { get, type IncomingMessage, type RequestOptions } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { isJobFinished, jobPath } from '../../src/protocol/index.js';
import { createLineReader } from './support/lineReader.js';
import { type NginxServer, startNginx } from './support/nginxServer.js';
import type { BackendProcess } from './support/processes.js';
import { expectRows, startJob, statusOf, useBackend, waitForStatus } from './support/useBackend.js';

const backend = useBackend();
let nginx: NginxServer | undefined;
afterEach(async () => {
  await nginx?.stop();
  nginx = undefined;
});

/** A server, a worker or none, and nginx in front of the server. */
async function start(
  workers: number,
  { env = {}, site = {} }: Partial<Record<'env' | 'site', Record<string, string>>> = {},
) {
  const [server] = (await backend.start(1, workers, { TRUST_PROXY: '1', ...env })) as [
    BackendProcess,
  ];
  nginx = await startNginx(server.url, site);
  const { url } = nginx;
  const front: BackendProcess = {
    ...server,
    url,
    request: (path, init) => fetch(new URL(path, url), init),
  };
  return { server, front, nginx };
}

/** An answer as it comes, nothing of it read or unpacked. */
async function open(
  { url }: BackendProcess,
  path: string,
  options: RequestOptions = {},
): Promise<IncomingMessage> {
  const [response] = (await once(get(new URL(path, url), options), 'response')) as [
    IncomingMessage,
  ];
  return response;
}

const bytesOf = async (response: IncomingMessage) => Buffer.concat(await response.toArray());

describe('the site of nginx in front of a server', { timeout: 60_000 }, () => {
  it('passes on the rows of a job at work as they come, whole, and a DELETE', async () => {
    const { front, server } = await start(1);
    const events = backend.request(7_000);
    const jobId = await startJob(front, events);
    const lines = createLineReader(await front.request(`${jobPath(jobId)}/stream?follow=1`));
    const messages = await lines.until('records');
    expect(isJobFinished((await statusOf(server, jobId)).status)).toBe(false);
    await expectRows([...messages, ...(await lines.until('complete'))], events);
    const answer = await front.request(jobPath(jobId), { method: 'DELETE' });
    expect(answer.status).toBe(202);
    expect(await statusOf(server, jobId)).toMatchObject({ status: 'cancelled' });
  });

  it('passes a gzip body on as it is', async () => {
    const { front, server } = await start(1);
    const jobId = await startJob(front, backend.request(500));
    await waitForStatus(front, jobId, 'finished');
    const [direct, passed] = await Promise.all(
      [server, front].map(async (host) => {
        const headers = { 'Accept-Encoding': 'gzip' };
        const response = await open(host, `${jobPath(jobId)}/stream`, { headers });
        expect(response.headers).toMatchObject({
          'content-encoding': 'gzip',
          'content-type': 'application/x-ndjson',
        });
        return bytesOf(response);
      }),
    );
    expect(passed!.equals(direct!)).toBe(true);
    expect(gunzipSync(passed!).toString()).toContain('"type":"complete"');
  });

  it('keeps nothing of a stream for a reader that rests', async () => {
    const { front, nginx } = await start(1);
    const events = backend.request(7_000);
    const jobId = await startJob(front, events);
    await waitForStatus(front, jobId, 'finished');
    const slow = await open(front, `${jobPath(jobId)}/stream`);
    await once(slow, 'readable');
    const quick = await front.request(`${jobPath(jobId)}/stream`);
    expect((await quick.arrayBuffer()).byteLength).toBeGreaterThan(40e6);
    expect(await nginx.bufferedFiles()).toEqual([]);
    expect(await nginx.log()).not.toContain('upstream response is buffered');
    expect(await nginx.peakKb()).toBeLessThan(20_000);
    expect((await bytesOf(slow)).subarray(-100).toString()).toContain('"type":"complete"');
  });

  it('tells the server who is asking, whatever he says of himself', async () => {
    const { front } = await start(0, { env: { TRACE_JOB_RATE_LIMIT_MAX_REQUESTS: '2' } });
    const ask = async (localAddress: string, forwardedFor: string) => {
      const headers = { 'X-Forwarded-For': forwardedFor };
      const response = await open(front, jobPath('nobody'), { localAddress, headers });
      response.resume();
      return response.statusCode;
    };
    expect(await ask('127.0.0.2', '10.0.0.1')).toBe(404);
    expect(await ask('127.0.0.2', '10.0.0.2')).toBe(404);
    expect(await ask('127.0.0.2', '10.0.0.3')).toBe(429);
    expect(await ask('127.0.0.3', '10.0.0.1')).toBe(404);
  });

  it('passes on whether the server is ready, and no figures', async () => {
    const { front, server } = await start(0);
    expect(await (await front.request('/healthz')).json()).toEqual({ live: true, ready: true });
    expect((await server.request('/metrics')).status).toBe(200);
    expect((await front.request('/metrics')).status).toBe(404);
  });

  it('keeps a stream open on which only the heartbeat comes', async () => {
    const { front } = await start(0, {
      site: { 'proxy_read_timeout 60s': 'proxy_read_timeout 13s' },
    });
    const jobId = await startJob(front, backend.request(100));
    const lines = createLineReader(await front.request(`${jobPath(jobId)}/stream?follow=1`));
    expect(await lines.message()).toMatchObject({ type: 'meta' });
    expect(await lines.message()).toMatchObject({ type: 'progress', stage: 'queued' });
    // the second one comes after the proxy's patience would have ended
    expect([await lines.line(), await lines.line()]).toEqual(['', '']);
    await lines.cancel();
  });
});
