import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { answerFaulted, type FaultOptions, type RequestApp } from './answerFaulted.js';
import { ConnectionCutError } from './byteFaults.js';
import type { Fault, FaultRule, WireFault } from './Fault.js';
import { bytesOf, forwardTo, headersOf } from './forwardTo.js';
import { FaultScript, type SeenRequest } from './FaultScript.js';

export interface FaultServerOptions extends FaultOptions {
  /** What answers; a text is the address of a server, whose answers are handed on as they come. */
  app: RequestApp | string;
  rules: readonly FaultRule[];
  /** @default 127.0.0.1 */
  host?: string;
}

export interface FaultServer {
  /** The requests of traces so far, in the order in which they came, with what they met. */
  readonly seen: readonly SeenRequest[];
  /** Like `http://127.0.0.1:40123`. */
  url: string;
  /** Ends it, and every connection. */
  close(): Promise<void>;
}

/** A reader on the same machine has read what was sent after so long, ms. */
const READ_MS = 2;
const LOOPBACK = '127.0.0.1';
/** Writes an answer to a connection byte for byte, until the wire is cut. */
class WireWriter {
  #left: number;

  constructor(
    readonly socket: Socket,
    readonly cut: WireFault | null,
  ) {
    this.#left = cut?.afterBytes ?? Infinity;
  }

  /** Resolves when the kernel has the bytes. @throws ConnectionCutError */
  async write(bytes: Uint8Array | string): Promise<void> {
    const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const taken = all.subarray(0, this.#left);
    this.#left -= taken.length;
    if (taken.length > 0) await this.#send(taken);
    if (this.cut && this.#left === 0) throw new ConnectionCutError(this.cut.end);
  }

  #send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/**
 * Whether the connection is to end before the answer does. Such an answer must not say that its
 * connection closes behind it: clients take an early end for the end then, some even a reset.
 */
function cutsConnection(fault: Fault | null): boolean {
  if (fault?.kind === 'cut') return fault.end === 'close' || fault.end === 'reset';
  return fault !== null && ['cut-wire', 'expire', 'endless-line', 'stall'].includes(fault.kind);
}

/** Sends an answer chunked (RFC 9112, 7.1). */
async function sendAnswer(
  answer: Response,
  writer: WireWriter,
  persistence: string,
): Promise<void> {
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const framing = `transfer-encoding: chunked\r\nconnection: ${persistence}\r\n`;
  await writer.write(`HTTP/1.1 ${answer.status} ${answer.statusText}\r\n${headers}${framing}\r\n`);
  const reader = answer.body?.getReader();
  const leave = () => void reader?.cancel().catch(() => undefined);
  writer.socket.once('close', leave);
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    if (value.length === 0) continue;
    const size = Buffer.from(`${value.length.toString(16)}\r\n`);
    await writer.write(Buffer.concat([size, value, Buffer.from('\r\n')]));
  }
  await writer.write('0\r\n\r\n');
}

/** Bytes that a reset overtakes are lost, and the reset with them: Linux tells such a reader of an end. */
async function untilRead(): Promise<void> {
  await pause(READ_MS);
  // a reader in this process has had its turn then
  await nextTurn();
}

/** What is asked of a socket's request, answered on the socket itself: HTTP libraries are too polite. */
async function answerOn(
  app: RequestApp,
  script: FaultScript,
  message: IncomingMessage,
  options: FaultOptions,
): Promise<void> {
  const { socket } = message;
  const leaving = new AbortController();
  socket.once('close', () => leaving.abort());
  const method = message.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const request = new Request(`http://${message.headers.host ?? LOOPBACK}${message.url}`, {
    method,
    headers: headersOf(message),
    body: hasBody ? await bytesOf(message) : null,
    signal: leaving.signal,
  });
  try {
    const { answer, fault } = await answerFaulted(app, script, request, options);
    const cut = fault?.kind === 'cut-wire' ? fault : null;
    const persistence = cutsConnection(fault) ? 'keep-alive' : 'close';
    await sendAnswer(answer, new WireWriter(socket, cut), persistence);
    socket.end();
  } catch (error) {
    if (error instanceof ConnectionCutError && error.end === 'close') {
      socket.end();
      return;
    }
    await untilRead();
    socket.resetAndDestroy();
  }
}

/**
 * A server whose answers go wrong by a script, down to the wire: connections are closed or reset
 * after so many bytes, characters cut in two, bytes held back. Each answer has a connection of its
 * own. It stands in front of an app, or of another server.
 *
 * @example
 * const { app } = createMockBackend({ source: { containers: 100 } });
 * const server = await createFaultServer({
 *   app,
 *   rules: [{ on: 'stream', times: 2, fault: { kind: 'cut', afterBytes: 5_000, end: 'reset' } }],
 * });
 * const trace = useTraceProgress({ profile: 'query_tool', baseUrl: server.url });
 * // …
 * await server.close();
 */
export async function createFaultServer({
  app,
  rules,
  host = LOOPBACK,
  ...options
}: FaultServerOptions): Promise<FaultServer> {
  const answering = typeof app === 'string' ? forwardTo(app) : app;
  const script = new FaultScript(rules);
  const server = createServer((message) => void answerOn(answering, script, message, options));
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    seen: script.seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
