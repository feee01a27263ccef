import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerClientErrors } from './nodeClientErrors.js';
import { cutSlowReaders } from './nodeSlowReaders.js';
import type { ServerLimits } from './ServerLimits.js';

/** How often connections are looked at whose request is late, ms. */
const CHECK_MS = 1_000;
const MAX_HEADERS = 100;

/** What Node itself keeps of the limits on requests. */
export function limitRequests(limits: ServerLimits): ServerOptions {
  const requestTimeout = limits.requestSeconds * 1_000;
  return {
    headersTimeout: Math.min(limits.headerSeconds * 1_000, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: limits.keepAliveSeconds * 1_000,
    maxHeaderSize: limits.maxHeaderBytes,
  };
}

/** Keeps a server's connections within the limits that Node does not know. */
export function limitConnections(server: Server, limits: ServerLimits): void {
  const { metrics } = limits;
  const answers = new WeakMap<Socket, ServerResponse<IncomingMessage>>();
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = MAX_HEADERS;
  server.on('drop', () => metrics?.refused('connections'));
  server.on('request', ({ socket }, answer) => answers.set(socket, answer));
  if (!limits.isBehindProxy) limitAddresses(server, limits);
  answerClientErrors(server, answers, limits);
  cutSlowReaders(server, answers, limits);
}

function limitAddresses(server: Server, { connectionsPerAddress, metrics }: ServerLimits): void {
  const connectionsOf = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (connectionsOf.get(address) ?? 0) + 1;
    if (count > connectionsPerAddress) {
      metrics?.refused('connections');
      socket.resetAndDestroy();
      return;
    }
    connectionsOf.set(address, count);
    socket.once('close', () => {
      const left = connectionsOf.get(address)! - 1;
      if (left > 0) connectionsOf.set(address, left);
      else connectionsOf.delete(address);
    });
  });
}
