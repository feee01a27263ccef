import { access } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Log } from './log.js';
import { createMockBackend } from './node.js';
import { readNumber, readSettings } from './settings.js';

const DEFAULT_PORT = 5173;
const PORTS_TO_TRY = 20;

/** One JSON object a line, on stderr: stdout is for the address. */
const log: Log = (level, message, fields) => {
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`,
  );
};

/** Listens on the port, or on the next free one where that is taken and `mayMove` allows. */
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
        if (error.code === 'EADDRINUSE' && next < port + PORTS_TO_TRY) attempt(next);
        else reject(error);
      });
    };
    attempt(port);
  });
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const { app, close } = createMockBackend({
    settings,
    source: {
      containers: readNumber(process.env, 'TRACE_SYNTHETIC_CONTAINERS', 114_892),
      seed: readNumber(process.env, 'TRACE_SYNTHETIC_SEED', 1, 0),
    },
    log,
    clientOf: (c) => getConnInfo(c).remote.address ?? 'unknown',
  });
  const demo = fileURLToPath(new URL('../dist-demo', import.meta.url));
  await access(`${demo}/index.html`);
  app.use('/*', serveStatic({ root: demo }));

  const host = process.env.HOST || '127.0.0.1';
  const { server, port } = await listen(
    app.fetch,
    readNumber(process.env, 'PORT', DEFAULT_PORT, 0),
    host,
  );
  process.stdout.write(`vue-trace-stream is ready: http://${host}:${port}/\n`);

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      server.close();
      void close().then(() => process.exit(0));
    });
  }
}

await main();
