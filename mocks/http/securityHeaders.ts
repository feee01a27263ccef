import type { MiddlewareHandler } from 'hono';
import { PAGE_POLICY } from './pagePolicy.js';

const NO_FRAMES = "frame-ancestors 'none'";
/** Data is no page: whatever a browser took it for, nothing in it would run. */
const DATA_POLICY = `default-src 'none'; ${NO_FRAMES}`;

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/** Puts onto every answer of the site what keeps other sites and a browser's guesses away from it. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers } = c.res;
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const isData = /^\/(api|healthz|metrics)(\/|$)/.test(c.req.path);
  headers.set('Content-Security-Policy', isData ? DATA_POLICY : `${PAGE_POLICY}; ${NO_FRAMES}`);
};
