import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { TraceApp } from './app.js';
import { addMetricsRoute } from './adapters/prometheus/addMetricsRoute.js';
import {
  createPrometheusMetrics,
  type PrometheusMetrics,
} from './adapters/prometheus/prometheusMetrics.js';
import { giveSession, type GiveSessionOptions } from './http/giveSession.js';
import { createOwnSiteCheck } from './http/ownSite.js';
import { securityHeaders } from './http/securityHeaders.js';
import { createSessionOwner } from './http/sessionOwner.js';
import { createMockBackend } from './node.js';
import { createClientOf, createJsonLog, LOOPBACK, readSource } from './nodeEnvironment.js';
import { listen, readPort } from './nodeListen.js';
import { createRedisBackend } from './nodeRedisBackend.js';
import { stopOnSignal } from './nodeStop.js';
import { readNumber, readSettings } from './settings.js';

const DEFAULT_PORT = 5173;
const MORE_PORTS = 19;

/** On stderr: stdout is for the address. */
const log = createJsonLog((line) => process.stderr.write(line));

interface SiteOptions extends GiveSessionOptions {
  metrics: PrometheusMetrics;
}

/** The API, the metrics and the demo page. */
async function createSite(app: TraceApp, { metrics, ...session }: SiteOptions): Promise<Hono> {
  const demo = fileURLToPath(new URL('../dist-demo', import.meta.url));
  await access(`${demo}/index.html`);
  const site = new Hono()
    .use(securityHeaders)
    .all('/api/*', (c) => app.fetch(c.req.raw, c.env))
    .get('/healthz', (c) => app.fetch(c.req.raw, c.env));
  addMetricsRoute(site, metrics);
  return site.use('/*', giveSession(session), serveStatic({ root: demo }));
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const createBackend = settings.redisUrl ? createRedisBackend : createMockBackend;
  const { sessionCookie, ownerSecret: secret } = settings;
  const metrics = createPrometheusMetrics({ readQueueDepth: () => countWaiting() });
  const trustedProxies = readNumber(process.env, 'TRUST_PROXY', 0, 0);
  const { app, countWaiting, endStreams, close } = createBackend({
    settings,
    source: readSource(process.env),
    log,
    metrics,
    clientOf: createClientOf(trustedProxies, sessionCookie, secret),
    ownerOf: createSessionOwner({ sessionCookie, secret }),
    isOwnSite: createOwnSiteCheck({ trustedProxies }),
  });
  const site = await createSite(app, { metrics, sessionCookie, trustedProxies });
  const server = await listen(site.fetch, {
    port: readPort(process.env, 'PORT', DEFAULT_PORT),
    host: process.env.HOST || LOOPBACK,
    morePorts: MORE_PORTS,
    limits: { ...settings, isBehindProxy: trustedProxies > 0, log, metrics },
    onTaken: (port, next) => process.stderr.write(`Port ${port} is taken; trying ${next}.\n`),
  });
  stopOnSignal(
    process,
    async () => {
      endStreams();
      await server.close();
      await close();
    },
    log,
  );
  process.stdout.write(`vue-trace-stream is ready: ${server.url}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The server cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
