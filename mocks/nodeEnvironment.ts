import { createHmac } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { SourceOptions } from './adapters/createSource.js';
import { clientName, namedSession } from './http/client.js';
import { clientAddress } from './http/clientAddress.js';
import type { Log } from './log.js';
import { readNumber } from './settings.js';

const DUCKDB = 'duckdb:';
/** Where a process listens unless HOST says otherwise. */
export const LOOPBACK = '127.0.0.1';

/**
 * Settings of the allocator inside DuckDB (jemalloc, opt.* of its manual): by default it
 * keeps what was freed, some 50 MB a job.
 */
export const DUCKDB_ALLOCATOR = 'narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0';

/** The source that the environment names; servers and workers must read the same one. */
export function readSource(env: Record<string, string | undefined>): SourceOptions {
  const text = env.TRACE_SOURCE?.trim() || 'synthetic';
  if (text.startsWith(DUCKDB)) {
    return {
      kind: 'duckdb',
      path: text.slice(DUCKDB.length),
      memoryLimitMb: readNumber(env, 'DUCKDB_MEMORY_LIMIT_MB', 128),
      maxWorkers: readNumber(env, 'EVENT_FETCHER_MAX_WORKERS', 2),
      fetchRows: readNumber(env, 'DB_SLOW_FETCHMANY_SIZE', 5_000),
    };
  }
  if (text !== 'synthetic') {
    throw new TypeError(`TRACE_SOURCE must be synthetic or duckdb:PATH, not "${text}".`);
  }
  return {
    kind: 'synthetic',
    containers: readNumber(env, 'TRACE_SYNTHETIC_CONTAINERS', 114_892),
    seed: readNumber(env, 'TRACE_SYNTHETIC_SEED', 1, 0),
  };
}

/** A log of one JSON object a line. */
export function createJsonLog(write: (line: string) => void): Log {
  return (level, message, fields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/**
 * Who is asking: the session of the cookie, or of a bearer token, at an address, behind as many
 * proxies as TRUST_PROXY says stand in front. Of a session only a digest goes on, keyed by the secret.
 */
export function createClientOf(
  trustedProxies: number,
  sessionCookie: string,
  secret = '',
): (env: unknown) => string {
  return (env) => {
    const { headers, socket } = (env as HttpBindings).incoming;
    const forwardedFor = [headers['x-forwarded-for'] ?? []].flat().join(',');
    const address = clientAddress(socket.remoteAddress, forwardedFor, trustedProxies);
    const session = namedSession(headers.cookie, headers.authorization, sessionCookie);
    return clientName({ address, session: session && digest(session, secret) });
  };
}

function digest(session: string, secret: string): string {
  const hmac = createHmac('sha256', `trace session ${secret}`);
  return hmac.update(session).digest('base64url').slice(0, 22);
}
