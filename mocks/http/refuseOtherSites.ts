import type { MiddlewareHandler } from 'hono';
import { ApiError } from './ApiError.js';
import type { RequestHooks } from './RequestHooks.js';

const CHANGES_NOTHING = ['GET', 'HEAD', 'OPTIONS'];

/** Answers 403 to what would change state and comes from another site's page. */
export function refuseOtherSites(isOwnSite: RequestHooks['isOwnSite']): MiddlewareHandler {
  return async (c, next) => {
    if (isOwnSite && !CHANGES_NOTHING.includes(c.req.method) && !(await isOwnSite(c.req.raw))) {
      throw new ApiError(
        403,
        'CROSS_SITE_REQUEST',
        'This was asked for by a page of another site; ask from a page of this one, or send its X-CSRF-Token.',
      );
    }
    return next();
  };
}
