import { access } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { createMockBackend } from './node.js';
import { createPrometheusMetrics } from './adapters/prometheus/prometheusMetrics.js';
import { createClientOf, createJsonLog, readSource } from './nodeEnvironment.js';
import { createRedisBackend } from './nodeRedisBackend.js';
import { readNumber, readSettings } from './settings.js';

const DEFAULT_PORT = 5173;
const MOST_PORT = 65_535;
const PORTS_TO_TRY = 20;

/** On stderr: stdout is for the address. */
const log = createJsonLog((line) => process.stderr.write(line));

/** Listens on the port, or on the next free one where that is taken. */
function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  port: number,
  host: string,
) {
  return new Promise<{ server: Server; port: number }>((resolve, reject) => {
    const attempt = (candidate: number): void => {
      const server = serve({ fetch, port: candidate, hostname: host }) as Server;
      server.once('listening', () => {
        resolve({ server, port: (server.address() as AddressInfo).port });
      });
      server.once('error', (error: NodeJS.ErrnoException) => {
        const next = candidate + 1;
        if (error.code !== 'EADDRINUSE' || next >= port + PORTS_TO_TRY) return reject(error);
        process.stderr.write(`Port ${candidate} is taken; trying ${next}.\n`);
        attempt(next);
      });
    };
    attempt(port);
  });
}

function readPort(text: string | undefined): number {
  const port = readNumber({ PORT: text }, 'PORT', DEFAULT_PORT, 0);
  if (port <= MOST_PORT) return port;
  throw new TypeError(`PORT must be at most ${MOST_PORT}, not "${text}".`);
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const createBackend = settings.redisUrl ? createRedisBackend : createMockBackend;
  const metrics = createPrometheusMetrics({ readQueueDepth: () => countWaiting() });
  const { app, countWaiting, close } = createBackend({
    settings,
    source: readSource(process.env),
    log,
    metrics,
    clientOf: createClientOf(readNumber(process.env, 'TRUST_PROXY', 0, 0), settings.sessionCookie),
  });
  const demo = fileURLToPath(new URL('../dist-demo', import.meta.url));
  await access(`${demo}/index.html`);
  const site = new Hono()
    .all('/api/*', (c) => app.fetch(c.req.raw, c.env))
    .get('/healthz', (c) => app.fetch(c.req.raw, c.env))
    .get('/metrics', async (c) =>
      c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
    )
    .use('/*', serveStatic({ root: demo }));

  const host = process.env.HOST || '127.0.0.1';
  const { server, port } = await listen(site.fetch, readPort(process.env.PORT), host);
  const name = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`vue-trace-stream is ready: http://${name}:${port}/\n`);

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      server.close();
      void close().then(() => process.exit(0));
    });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The server cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
