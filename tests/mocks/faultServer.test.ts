import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault, FaultRule } from '../../mocks/faults.js';
import { createFaultServer, type FaultServer } from '../../mocks/faults/createFaultServer.js';
import { createGivenApp } from '../../mocks/given/createGivenApp.js';

const ROWS = Array.from({ length: 40 }, (_, ROW) => ({ CONTAINERID: 'c1', NAME: '測試', ROW }));
const app = createGivenApp({ domains: { history: ROWS }, batchSize: 4 });
const servers: FaultServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(
  rules: readonly FaultRule[],
  answering: Parameters<typeof createFaultServer>[0]['app'] = app,
) {
  const server = await createFaultServer({ app: answering, rules });
  servers.push(server);
  return server;
}

async function startJob(url: string): Promise<string> {
  const body = JSON.stringify({ profile: 'query_tool', domains: ['history'] });
  const answer = await fetch(`${url}/api/trace/events`, { method: 'POST', body });
  const { stream_url: path } = (await answer.json()) as { stream_url: string };
  return path;
}

/** All bytes that a connection gives for a request, and how it ends. */
async function rawAnswer(url: string, path: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let error: NodeJS.ErrnoException | null = null;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', (cause) => (error = cause));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  await once(socket, 'close').catch(() => undefined);
  return {
    text: Buffer.concat(chunks).toString('latin1'),
    error: error as NodeJS.ErrnoException | null,
  };
}

async function rawWith(fault: Fault) {
  const server = await start([{ on: 'stream', fault }]);
  return rawAnswer(server.url, await startJob(server.url));
}

describe('a fault server', () => {
  it('answers as the app does where no rule fits', async () => {
    const server = await start([]);
    const path = await startJob(server.url);
    const answer = await fetch(server.url + path);
    const direct = await app.fetch(new Request(`http://direct.test${path}`));
    expect(answer.headers.get('Content-Type')).toBe('application/x-ndjson');
    expect(await answer.text()).toBe(await direct.text());
    expect(server.seen.map(({ kind, fault }) => [kind, fault])).toEqual([
      ['events', null],
      ['stream', null],
    ]);
  });

  it('ends a body behind so many bytes as though it were whole', async () => {
    const { text, error } = await rawWith({ kind: 'cut', afterBytes: 30, end: 'clean' });
    expect(error).toBeNull();
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toMatch(/\r\n1e\r\n.{30}\r\n0\r\n\r\n$/);
  });

  it('closes the connection without the end of the body', async () => {
    const { text, error } = await rawWith({ kind: 'cut', afterBytes: 30, end: 'close' });
    expect(error).toBeNull();
    expect(text).toMatch(/\r\n1e\r\n.{30}\r\n$/);
  });

  it('resets the connection', async () => {
    const { error } = await rawWith({ kind: 'cut', afterBytes: 30, end: 'reset' });
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets the connection behind so many bytes of the wire', async () => {
    const { error } = await rawWith({ kind: 'cut-wire', afterBytes: 15, end: 'reset' });
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['close', { kind: 'html' }],
    ['close', { kind: 'cut', afterBytes: 30, end: 'clean' }],
    ['keep-alive', { kind: 'cut', afterBytes: 30, end: 'close' }],
    ['keep-alive', { kind: 'expire', afterBytes: 30 }],
    ['keep-alive', { kind: 'endless-line', batch: 0, bytes: 1 }],
  ] as const)('says %s where %o ends the answer', async (persistence, fault) => {
    const { text } = await rawWith(fault);
    expect(text).toContain(`\r\nconnection: ${persistence}\r\n`);
  });

  it('sends an answer whole, whose pieces may be empty', async () => {
    const pieces = ['ab', '', 'c'].map((text) => new TextEncoder().encode(text));
    const send = (sent: ReadableStreamDefaultController<Uint8Array>) => {
      for (const piece of pieces) sent.enqueue(piece);
      sent.close();
    };
    const server = await start([], {
      fetch: () => new Response(new ReadableStream({ start: send })),
    });
    expect(await (await fetch(server.url)).text()).toBe('abc');
  });

  it.each([0, 1, 12, 15, 200])(
    'ends the connection behind %i bytes of the wire',
    async (afterBytes) => {
      const { text, error } = await rawWith({ kind: 'cut-wire', afterBytes, end: 'close' });
      expect(error).toBeNull();
      expect(text).toHaveLength(afterBytes);
      expect('HTTP/1.1 200 '.startsWith(text.slice(0, 13))).toBe(true);
    },
  );

  it('holds a stalled connection open until the reader has left', async () => {
    const left: AbortSignal[] = [];
    const server = await createFaultServer({
      app,
      rules: [{ on: 'stream', fault: { kind: 'stall', afterBytes: 10 } }],
      onStall: (_request, signal) => void left.push(signal),
    });
    servers.push(server);
    const controller = new AbortController();
    const answer = await fetch(server.url + (await startJob(server.url)), {
      signal: controller.signal,
    });
    const reader = answer.body!.getReader();
    expect((await reader.read()).value).toHaveLength(10);
    await expect.poll(() => left.length).toBe(1);
    expect(left[0]!.aborted).toBe(false);
    controller.abort();
    await expect.poll(() => left[0]!.aborted).toBe(true);
    await expect(reader.read()).rejects.toThrow();
  });

  it('ends what is stalled when it is closed', async () => {
    const server = await start([{ on: 'stream', fault: { kind: 'stall', afterBytes: 10 } }]);
    const answer = await fetch(server.url + (await startJob(server.url)));
    const whole = expect(answer.text()).rejects.toThrow();
    await server.close();
    await whole;
  });

  it('tells the app of a reader who leaves before there is an answer', async () => {
    const signals: AbortSignal[] = [];
    const server = await start([], {
      fetch: ({ signal }) => {
        signals.push(signal);
        return new Promise<never>(() => undefined);
      },
    });
    const controller = new AbortController();
    const asked = fetch(`${server.url}/api/trace/job/a`, { signal: controller.signal });
    await expect.poll(() => signals.length).toBe(1);
    controller.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => signals[0]!.aborted).toBe(true);
  });

  it('stands in front of another server, whose compressed bytes it hands on as they are', async () => {
    const gzipped = gzipSync('{"type":"complete"}\n');
    const behind = await start([], {
      fetch: ({ headers }) =>
        new Response(gzipped, {
          headers: { 'Content-Encoding': 'gzip', 'X-Asked': headers.get('Accept-Encoding') ?? '' },
        }),
    });
    const server = await start([], behind.url);
    const answer = await fetch(`${server.url}/api/trace/job/j1/stream`);
    expect(answer.headers.get('X-Asked')).toContain('gzip');
    expect(answer.headers.get('Content-Encoding')).toBe('gzip');
    expect(await answer.text()).toBe(gunzipSync(gzipped).toString());
  });

  it('hands on what it is asked and what it is answered, but for framing', async () => {
    const asked: string[] = [];
    const behind = await start([], {
      fetch: async (request) => {
        asked.push(request.method, new URL(request.url).search, await request.text());
        const headers = [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ] as [string, string][];
        return new Response('refused', { status: 418, headers });
      },
    });
    const server = await start([], behind.url);
    const init = { method: 'POST', body: '{"profile":"query_tool"}' };
    const answer = await fetch(`${server.url}/api/trace/events?a=1`, init);
    expect(asked).toEqual(['POST', '?a=1', init.body]);
    expect(answer.status).toBe(418);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.text()).toBe('refused');
    const { text } = await rawAnswer(server.url, '/api/trace/lineage');
    expect(text.match(/transfer-encoding: chunked\r\n/g)).toHaveLength(1);
  });

  it('is left by who leaves in the middle of an answer', async () => {
    const left: AbortSignal[] = [];
    const behind = await createFaultServer({
      app,
      rules: [{ on: 'stream', fault: { kind: 'stall', afterBytes: 10 } }],
      onStall: (_request, signal) => void left.push(signal),
    });
    servers.push(behind);
    const server = await start([], behind.url);
    const controller = new AbortController();
    const { signal } = controller;
    const answer = await fetch(server.url + (await startJob(server.url)), { signal });
    await answer.body!.getReader().read();
    controller.abort();
    await expect.poll(() => left[0]?.aborted).toBe(true);
  });

  it('is left by who leaves a server that has not answered', async () => {
    const behind = createServer();
    behind.listen(0, '127.0.0.1');
    await once(behind, 'listening');
    const { port } = behind.address() as AddressInfo;
    const server = await start([], `http://127.0.0.1:${port}`);
    const controller = new AbortController();
    const asked = fetch(`${server.url}/api/trace/job/a`, { signal: controller.signal });
    const [socket] = (await once(behind, 'connection')) as [Socket];
    controller.abort();
    await expect(asked).rejects.toThrow();
    await once(socket.resume(), 'close');
    behind.close();
  });

  it('breaks connections off where the server behind it is gone', async () => {
    const behind = await start([]);
    await behind.close();
    const server = await start([], behind.url);
    await expect(fetch(`${server.url}/api/trace/job/j1`)).rejects.toThrow('fetch failed');
  });
});
