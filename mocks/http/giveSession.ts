import { randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { namedSession } from './client.js';

const SESSION_BYTES = 16;

export interface GiveSessionOptions {
  sessionCookie: string;
  /** Proxies in front, whose X-Forwarded-Proto is believed. */
  trustedProxies: number;
}

/**
 * Gives a session of 128 random bits to a browser that has none, with the page: each request of the
 * page then carries it. Answers to anything else give none, as who keeps no cookies would lose his jobs.
 */
export function giveSession({
  sessionCookie,
  trustedProxies,
}: GiveSessionOptions): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    if (!headers.get('Content-Type')?.startsWith('text/html')) return;
    // a page kept by a cache would hand one session to many
    headers.set('Cache-Control', 'no-store');
    if (namedSession(c.req.header('Cookie'), c.req.header('Authorization'), sessionCookie)) return;
    const proto = trustedProxies > 0 ? c.req.header('X-Forwarded-Proto') : undefined;
    const session = randomBytes(SESSION_BYTES).toString('base64url');
    // a link from elsewhere must find the session that there is: Strict would make a new one
    const cookie = `${sessionCookie}=${session}; Path=/; HttpOnly; SameSite=Lax`;
    const isSecure = proto?.split(',')[0]?.trim() === 'https';
    headers.append('Set-Cookie', isSecure ? `${cookie}; Secure` : cookie);
  };
}
