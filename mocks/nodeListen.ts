import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { limitConnections, limitRequests } from './nodeLimits.js';
import type { ServerLimits } from './ServerLimits.js';
import { readNumber } from './settings.js';

const MOST_PORT = 65_535;
/** Readers have so long to take the end of their streams, ms. */
const READERS_MS = 5_000;
/** How often connections are looked for whose answer has ended, ms. */
const IDLE_CHECK_MS = 50;

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

export interface ListenOptions {
  port: number;
  host: string;
  /** Further ports that are tried where this one is taken. @default 0 */
  morePorts?: number;
  /** What keeps slow and greedy clients off. @default Node's own limits */
  limits?: ServerLimits;
  /** Told of a port that is taken, and of the one that is tried next. */
  onTaken?: (port: number, next: number) => void;
}

export interface ListeningServer {
  /** Like `http://127.0.0.1:5173/`. */
  url: string;
  /**
   * Takes no more connections, and ends each one as soon as its answer has ended; one whose reader has
   * not taken it all after 5 s is cut.
   */
  close(): Promise<void>;
}

/** A port from the environment. @throws TypeError where it is none */
export function readPort(
  env: Record<string, string | undefined>,
  name: string,
  fallback: number,
): number {
  const port = readNumber(env, name, fallback, 0);
  if (port <= MOST_PORT) return port;
  throw new TypeError(`${name} must be at most ${MOST_PORT}, not "${env[name]}".`);
}

/** Listens on the port, or on the next free one where more may be tried. */
export async function listen(
  fetch: Fetch,
  { port, host, morePorts = 0, limits, onTaken }: ListenOptions,
): Promise<ListeningServer> {
  try {
    const server = await listenOn(fetch, { port, host, limits });
    const name = host.includes(':') ? `[${host}]` : host;
    const { port: taken } = server.address() as AddressInfo;
    return { url: `http://${name}:${taken}/`, close: () => closeServer(server) };
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || morePorts === 0) throw error;
    const next = port + 1;
    onTaken?.(port, next);
    return listen(fetch, { port: next, host, morePorts: morePorts - 1, limits, onTaken });
  }
}

function listenOn(fetch: Fetch, { port, host, limits }: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const serverOptions = limits && limitRequests(limits);
    const options = { fetch, port, hostname: host, createServer, serverOptions };
    const server = serve(options) as Server;
    if (limits) limitConnections(server, limits);
    server.once('listening', () => resolve(server));
    server.once('error', reject);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = setTimeout(() => server.closeAllConnections(), READERS_MS);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}
