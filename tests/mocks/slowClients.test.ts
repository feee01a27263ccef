import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryChunkStore } from '../../mocks/adapters/memory/memoryChunkStore.js';
import { createSource } from '../../mocks/adapters/createSource.js';
import { createTraceApp } from '../../mocks/app.js';
import type { RefusalKind } from '../../mocks/metrics.js';
import { answerClientErrors } from '../../mocks/nodeClientErrors.js';
import { listen, type ListeningServer } from '../../mocks/nodeListen.js';
import type { ServerLimits } from '../../mocks/ServerLimits.js';
import { DEFAULT_SETTINGS } from '../../mocks/settings.js';
import { SOURCE } from './api/backend.js';

type Fetch = Parameters<typeof listen>[0];

const HELLO: Fetch = async (request) => new Response(`hello ${await request.text()}`);
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server with these limits, what it logged, and whom it refused. */
async function start(fetch: Fetch, limits: Partial<ServerLimits> = {}) {
  const refused: RefusalKind[] = [];
  const log = vi.fn();
  const metrics = { refused: (why: RefusalKind) => void refused.push(why) };
  const all = { ...DEFAULT_SETTINGS, isBehindProxy: false, log, metrics, ...limits };
  const server = await listen(fetch, { port: 0, host: '127.0.0.1', limits: all });
  closers.push(() => server.close());
  return { server, log, refused };
}

/** A raw connection that may be cut at once; what went wrong with it is seen by its end. */
function knock({ url }: ListeningServer, options: { allowHalfOpen?: boolean } = {}): Socket {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ...options });
  socket.on('error', () => undefined);
  closers.push(() => void socket.destroy());
  return socket;
}

async function open(server: ListeningServer): Promise<Socket> {
  const socket = knock(server);
  await once(socket, 'connect');
  return socket;
}

const encode = (text: string) => new TextEncoder().encode(text);
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** Status and error of an answer, as the contract has them. */
function readAnswer(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const { error } = JSON.parse(body) as { error: { code: string; message: string } };
  return { status: Number(head.split(' ')[1]), code: error.code, message: error.message };
}

describe('a request', { timeout: 20_000 }, () => {
  it.each([
    ['that never begins', ''],
    ['whose head never ends', 'GET / HTTP/1.1\r\nHost: trace\r\nX-Slow: '],
  ])('%s is answered 408 after the time for a head', async (_what, sent) => {
    const { server, refused } = await start(HELLO, { headerSeconds: 1 });
    const socket = await open(server);
    socket.write(sent);
    const answer = readAnswer(await text(socket));
    expect(answer).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
    expect(answer.message).toContain('1 s for its head');
    expect(refused).toEqual(['slow_request']);
  });

  it('whose body never ends is answered 408 after the time for a request', async () => {
    const { server } = await start(HELLO, { requestSeconds: 1 });
    const socket = await open(server);
    socket.write('POST / HTTP/1.1\r\nHost: trace\r\nContent-Length: 10\r\n\r\n1');
    expect(readAnswer(await text(socket))).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
  });

  it('whose head is too large is answered 431, and one that is none 400', async () => {
    const { server, refused } = await start(HELLO, { maxHeaderBytes: 2_000 });
    const large = await open(server);
    large.write(`GET / HTTP/1.1\r\nHost: trace\r\nX-Large: ${'x'.repeat(2_000)}\r\n\r\n`);
    const answer = readAnswer(await text(large));
    expect(answer).toMatchObject({ status: 431, code: 'HEADERS_TOO_LARGE' });
    const none = await open(server);
    none.write('hello\r\n\r\n');
    expect(readAnswer(await text(none))).toMatchObject({ status: 400, code: 'INVALID_PARAMS' });
    expect(refused).toEqual(['bad_request', 'bad_request']);
  });

  it('that is none is answered behind an answer, and before one, never in the middle', async () => {
    const answers: Response[] = [new Response('first')];
    const { server } = await start(() => answers.shift() ?? new Promise(() => undefined));
    const ask = 'GET / HTTP/1.1\r\nHost: trace\r\n\r\n';
    const behind = await open(server);
    behind.write(ask);
    await once(behind, 'data');
    behind.write('junk\r\n\r\n');
    expect(readAnswer(await text(behind))).toMatchObject({ status: 400 });

    const before = await open(server);
    before.write(`${ask}junk\r\n\r\n`);
    expect(readAnswer(await text(before))).toMatchObject({ status: 400 });

    answers.push(new Response(new ReadableStream({ start: (sent) => sent.enqueue(encode('a')) })));
    const middle = await open(server);
    middle.write(ask);
    await once(middle, 'data');
    middle.write('junk\r\n\r\n');
    expect(await text(middle)).not.toContain('400');
  });

  it('is over for a client who leaves his half of the connection open', async () => {
    const { server } = await start(HELLO, { connectionsPerAddress: 1 });
    const socket = knock(server, { allowHalfOpen: true });
    socket.write('junk\r\n\r\n');
    let answer = '';
    // whoever iterates over a socket closes it behind its end
    socket.on('data', (piece) => (answer += String(piece)));
    await once(socket, 'end');
    const [head, body] = answer.split('\r\n\r\n');
    expect(head).toContain(`\r\nContent-Length: ${body!.length}\r\n`);
    await vi.waitFor(async () => {
      const next = knock(server);
      next.write('GET / HTTP/1.1\r\nHost: trace\r\nConnection: close\r\n\r\n');
      expect(await text(next)).toContain('hello');
    });
  });

  it('of a client who is gone is neither answered nor counted', () => {
    const server = new EventEmitter();
    const limits = { ...DEFAULT_SETTINGS, isBehindProxy: false, log: vi.fn() };
    const metrics = { refused: vi.fn() };
    answerClientErrors(server as Server, new WeakMap(), { ...limits, metrics });
    const socket = { writable: false, destroy: vi.fn(), end: vi.fn() };
    server.emit('clientError', new Error('read ECONNRESET'), socket);
    expect(socket.destroy).toHaveBeenCalledOnce();
    expect(socket.end).not.toHaveBeenCalled();
    expect(metrics.refused).not.toHaveBeenCalled();
  });

  it('of more than 100 headers is read without those that follow', async () => {
    let found: (string | null)[] = [];
    const { server } = await start((request) => {
      found = ['x-90', 'x-200'].map((name) => request.headers.get(name));
      return new Response('');
    });
    const socket = await open(server);
    const headers = Array.from({ length: 201 }, (_, i) => `X-${i}: ${i}\r\n`).join('');
    socket.write(`GET / HTTP/1.1\r\nHost: trace\r\nConnection: close\r\n${headers}\r\n`);
    expect(await text(socket)).toContain('200 OK');
    expect(found).toEqual(['90', null]);
  });

  it('whose body comes too slowly is answered 408 by the API', async () => {
    const app = createTraceApp({
      source: createSource(SOURCE),
      store: createMemoryChunkStore({ ttlSeconds: 60, maxBytes: 1e6 }),
      queue: null,
      settings: { slowSenderSeconds: 1, leastBytesPerSecond: 10 },
    });
    const { server } = await start((request, env) => app.fetch(request, env));
    const socket = await open(server);
    socket.write(
      'POST /api/trace/lineage HTTP/1.1\r\nHost: trace\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    const answer = readAnswer(await text(socket));
    expect(answer).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
    expect(answer.message).toContain('slower than 10 bytes a second');
  });
});

describe('a connection', { timeout: 20_000 }, () => {
  it('above the number of an address is cut, and all count again once they have ended', async () => {
    const { server, refused } = await start(HELLO, { connectionsPerAddress: 2 });
    const both = [await open(server), await open(server)];
    await closed(knock(server));
    expect(refused).toEqual(['connections']);
    for (const socket of both) socket.destroy();
    await vi.waitFor(async () => {
      const next = both.map(() => knock(server));
      for (const socket of next) {
        socket.write('GET / HTTP/1.1\r\nHost: trace\r\nConnection: close\r\n\r\n');
      }
      for (const socket of next) expect(await text(socket)).toContain('hello');
    });
  });

  it('is not counted by address behind a proxy', async () => {
    const limits = { connectionsPerAddress: 1, isBehindProxy: true };
    const { server } = await start(HELLO, limits);
    await open(server);
    const second = await open(server);
    second.write('GET / HTTP/1.1\r\nHost: trace\r\nConnection: close\r\n\r\n');
    expect(await text(second)).toContain('hello');
  });

  it('above the number of all is cut', async () => {
    const { server, refused } = await start(HELLO, { maxConnections: 1 });
    await open(server);
    await closed(knock(server));
    expect(refused).toEqual(['connections']);
  });

  it('that asks nothing more is ended after the time for that', async () => {
    const { server } = await start(HELLO, { keepAliveSeconds: 1 });
    const socket = await open(server);
    socket.write('GET / HTTP/1.1\r\nHost: trace\r\n\r\n');
    // Node tells the time, and waits for so long
    expect(await text(socket)).toMatch(/\r\nKeep-Alive: timeout=1\r\n[^]*hello/);
  });
});

/** A body without an end, of large pieces. */
function endless(onCancel: () => void): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  );
  return new Response(body);
}

describe('a reader', { timeout: 30_000 }, () => {
  const ask =
    'GET /files/a?cursor=secret HTTP/1.1\r\nHost: trace\r\nCookie: session=secret\r\n\r\n';

  it('who takes nothing is cut, counted and logged without secrets', async () => {
    const onCancel = vi.fn();
    const { server, log, refused } = await start(() => endless(onCancel), {
      slowReaderSeconds: 1,
    });
    const socket = await open(server);
    socket.pause();
    socket.write(ask);
    await vi.waitFor(() => expect(onCancel).toHaveBeenCalled(), { timeout: 15_000 });
    expect(refused).toEqual(['slow_reader']);
    const fields = expect.objectContaining({ path: '/files/a', address: '127.0.0.1' });
    expect(log).toHaveBeenCalledWith('warning', 'A slow reader was cut.', fields);
    expect(JSON.stringify(log.mock.calls)).not.toContain('secret');
  });

  it('for whom nothing waits is not cut, however little comes', async () => {
    let pieces = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          controller.enqueue(new Uint8Array(1));
          pieces++;
          await new Promise((resolve) => setTimeout(resolve, 500));
          if (pieces > 7) controller.close();
        },
      });
    const { server, refused } = await start(() => new Response(body()), { slowReaderSeconds: 1 });
    const socket = await open(server);
    socket.write(ask.replace('HTTP/1.1', 'HTTP/1.0'));
    expect(await text(socket)).toContain('200 OK');
    expect(refused).toEqual([]);
  });
});
