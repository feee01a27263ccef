import type { RequestHooks } from './RequestHooks.js';

export interface OwnSiteOptions {
  /** Proxies in front, whose X-Forwarded-Host is believed. @default 0 */
  trustedProxies?: number;
  /**
   * Whether a token that came as X-CSRF-Token is one that this host gave out: such a request is taken
   * wherever it comes from. @default no token is
   */
  checkCsrfToken?: (token: string, request: Request) => boolean | Promise<boolean>;
}

/** `https://a.example:8443` → `a.example:8443`; empty where there is none, as of `null`. */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}

/** The host that the browser asked, as far as it can be known. */
function askedHosts({ headers, url }: Request, trustedProxies: number): string[] {
  const own = headers.get('Host') ?? new URL(url).host;
  const forwarded = trustedProxies > 0 ? headers.get('X-Forwarded-Host') : null;
  const name = forwarded?.split(',').at(-trustedProxies)?.trim() || own;
  // a port that is its scheme's own is not written in an Origin
  return ['http', 'https'].map((scheme) => hostOf(`${scheme}://${name}`));
}

/**
 * Whether a request was made by a page of this site, or by no page: what browsers say in Sec-Fetch-Site
 * (W3C Fetch Metadata) and, where that is not there, in Origin, which no page can change. A request
 * with neither comes from no browser, or from one that sends no such request across sites unasked.
 *
 * @example
 * const isOwnSite = createOwnSiteCheck({ trustedProxies: 1 });
 */
export function createOwnSiteCheck({
  trustedProxies = 0,
  checkCsrfToken,
}: OwnSiteOptions = {}): NonNullable<RequestHooks['isOwnSite']> {
  return async (request) => {
    const { headers } = request;
    const site = headers.get('Sec-Fetch-Site');
    const origin = headers.get('Origin');
    if (site === 'same-origin' || site === 'none') return true;
    if (site === null && origin === null) return true;
    const host = origin === null ? '' : hostOf(origin);
    if (site === null && host && askedHosts(request, trustedProxies).includes(host)) return true;
    const token = headers.get('X-CSRF-Token');
    return token !== null && (await checkCsrfToken?.(token, request)) === true;
  };
}
