import { once } from 'node:events';
import { Agent, type IncomingMessage, request as send } from 'node:http';
import { Readable } from 'node:stream';
import type { RequestApp } from './answerFaulted.js';

const agent = new Agent({ keepAlive: true });

/** Headers that are about one connection alone (RFC 9110, 7.6.1). */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length'];

/** The headers of a message that are about more than its connection. */
export function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (HOP_HEADERS.includes(name) || value === undefined) continue;
    for (const one of [value].flat()) headers.append(name, one);
  }
  return headers;
}

/** The whole body of a message. */
export async function bytesOf(
  message: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Asks a server; its body comes as it is sent, compressed or not. */
export function forwardTo(base: string): RequestApp {
  return {
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = Object.fromEntries(request.headers);
      const { method, signal } = request;
      const asked = send(new URL(pathname + search, base), { method, headers, agent, signal });
      // one that its client left: whoever waits for the answer is told
      asked.on('error', () => undefined);
      asked.end(Buffer.from(await request.arrayBuffer()));
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
      return new Response(body, { status: answer.statusCode, headers: headersOf(answer) });
    },
  };
}
