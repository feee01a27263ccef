import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { isJobFinished, jobPath, type StreamMessage } from '../../src/protocol/index.js';
import { createLineReader } from './support/lineReader.js';
import { readMessages } from './api/client.js';
import { type BackendProcess, startProcess } from './support/processes.js';
import { expectRows, startJob, statusOf, useBackend, waitForStatus } from './support/useBackend.js';

const backend = useBackend();
const STOPPING = { type: 'error', code: 'SERVER_STOPPING' };

const parse = (body: string) =>
  body
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StreamMessage);

/** A stream whose reader has left the server waiting: no more fits between them. */
async function openSlowly(
  host: BackendProcess,
  path: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const request = get(new URL(path, host.url), { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let sent = '';
  await vi.waitFor(
    async () => {
      const figures = await (await host.request('/metrics')).text();
      expect(figures).toContain('\ntrace_streams_open 1\n');
      const before = sent;
      sent = /^trace_sent_bytes_total .*/m.exec(figures)![0];
      expect(sent).toBe(before);
    },
    { timeout: 10_000, interval: 200 },
  );
  return response;
}

/** A finished job whose result is larger than what fits between two ends of a connection. */
async function startLargeJob(host: BackendProcess): Promise<string> {
  const jobId = await startJob(host, backend.request(7_000));
  await waitForStatus(host, jobId, 'finished');
  return jobId;
}

/** The cursor of the last line that was whole. */
function lastCursor(messages: readonly StreamMessage[]): string {
  const records = messages.findLast((message) => message.type === 'records');
  return (records as { cursor: string }).cursor;
}

describe('a server that is asked to end', { timeout: 60_000 }, () => {
  it('ends a followed stream with an error line; the reader goes on at another server', async () => {
    const [a, b] = (await backend.start(2, 1)) as [BackendProcess, BackendProcess];
    const events = backend.request(7_000);
    const jobId = await startJob(a, events);
    const lines = createLineReader(await a.request(`${jobPath(jobId)}/stream?follow=1`));
    const before = await lines.until('records');
    const exit = a.stop('SIGTERM');
    before.push(...(await lines.until('error')));
    expect(before.at(-1)).toMatchObject(STOPPING);
    expect(await lines.line()).toBeNull();
    expect(await exit).toBe(0);
    expect(isJobFinished((await statusOf(b, jobId)).status)).toBe(false);
    const rest = await readMessages(
      b,
      `${jobPath(jobId)}/stream?follow=1&cursor=${lastCursor(before)}`,
    );
    await expectRows([...before, ...rest], events);
  });

  it.each(['identity', 'gzip'])(
    'ends the stream of a slow reader at the end of a line, and its body as a whole one (%s)',
    async (encoding) => {
      const [a, b] = (await backend.start(2, 1)) as [BackendProcess, BackendProcess];
      const events = backend.request(7_000);
      const jobId = await startLargeJob(a);
      const slow = await openSlowly(a, `${jobPath(jobId)}/stream`, {
        'Accept-Encoding': encoding,
      });
      const exit = a.stop('SIGTERM');
      await vi.waitFor(() => expect(a.logged.at(-1)!.message).toBe('Stopping.'));
      const body = Buffer.concat(await slow.toArray());
      const messages = parse((encoding === 'gzip' ? gunzipSync(body) : body).toString());
      expect(slow.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
      expect(messages.at(-1)).toMatchObject(STOPPING);
      expect(await exit).toBe(0);
      const path = `${jobPath(jobId)}/stream?cursor=${lastCursor(messages)}`;
      await expectRows([...messages, ...(await readMessages(b, path))], events);
    },
  );

  it('cuts a reader that does not read, and takes no connection meanwhile', async () => {
    const [a] = (await backend.start(1, 1)) as [BackendProcess];
    const jobId = await startLargeJob(a);
    const asleep = await openSlowly(a, `${jobPath(jobId)}/stream`);
    const early = connect(Number(a.url.port), a.url.hostname);
    await once(early, 'connect');
    early.write('GET /healthz HTTP/1.1\r\nHost: trace\r\n');
    await sleep(100); // until the server has taken both connections
    const exit = a.stop('SIGTERM');
    await vi.waitFor(() => expect(a.logged.at(-1)!.message).toBe('Stopping.'));
    await expect(a.request('/healthz')).rejects.toThrow();
    early.write('\r\n');
    const answer = await text(early);
    expect(answer).toMatch(/^HTTP\/1.1 503 /);
    expect(answer).toContain('"live":true,"ready":false');
    expect(await exit).toBe(0);
    await expect(asleep.toArray()).rejects.toThrow('aborted');
  });

  it('ends at once where it is asked twice', async () => {
    const [a] = (await backend.start(1, 1)) as [BackendProcess];
    const jobId = await startLargeJob(a);
    const asleep = await openSlowly(a, `${jobPath(jobId)}/stream`);
    const exit = a.stop('SIGINT');
    a.signal('SIGINT'); // npm passes a terminal's signal on
    await vi.waitFor(() => expect(a.logged.at(-1)!.message).toBe('Stopping.'));
    expect(await Promise.race([exit, sleep(200, 'is stopping')])).toBe('is stopping');
    a.signal('SIGTERM');
    expect(await exit).toBe(1);
    asleep.on('error', () => undefined);
  });

  it('without a Redis ends its jobs, and their followers', async () => {
    const a = await startProcess('server', { TRACE_ASYNC_CID_THRESHOLD: '10' });
    const jobId = await startJob(a, backend.request(7_000));
    const lines = createLineReader(await a.request(`${jobPath(jobId)}/stream?follow=1`));
    await lines.until('progress');
    const exit = a.stop('SIGTERM');
    expect((await lines.until('error')).at(-1)).toMatchObject(STOPPING);
    expect(await exit).toBe(0);
    expect(a.logged).toContainEqual(
      expect.objectContaining({ jobId, message: 'Job failed.', error: expect.any(String) }),
    );
  });
});
