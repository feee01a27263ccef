import { createHmac } from 'node:crypto';
import { namedSession } from './client.js';

export interface SessionOwnerOptions {
  /** Name of the cookie that holds a session. */
  sessionCookie: string;
  /**
   * Known to the servers alone: without it who can read the store could try short or guessable sessions
   * one by one. @default ''
   */
  secret?: string;
}

/**
 * Whose a job is, by the session that a request carries: an HMAC-SHA-256 (RFC 2104) of the session and the job's
 * id, so that two jobs of one session show nothing in common, and no table made beforehand fits. Null where
 * the request carries none.
 *
 * @example
 * const ownerOf = createSessionOwner({ sessionCookie: 'session' });
 * const owner = ownerOf(new Request('http://trace.test/', { headers: { Cookie: 'session=abc' } }), 'trace-evt-1');
 */
export function createSessionOwner({
  sessionCookie,
  secret = '',
}: SessionOwnerOptions): (request: Request, jobId: string) => string | null {
  return ({ headers }, jobId) => {
    const cookies = headers.get('Cookie') ?? undefined;
    const authorization = headers.get('Authorization') ?? undefined;
    const session = namedSession(cookies, authorization, sessionCookie);
    if (session === undefined) return null;
    const hmac = createHmac('sha256', `trace owner ${secret}`);
    return hmac.update(`${jobId} ${session}`).digest('base64url');
  };
}
