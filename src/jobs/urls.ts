import { shortText } from '../protocol/shortText.js';
import { InvalidAnswerError } from './errors/InvalidAnswerError.js';

/** Servers and proxies take no longer ones. */
const MOST_CHARACTERS = 8_192;
/** What paths stand under where there is no page. */
const NOWHERE = 'http://nowhere.invalid';

/** The address of a part of a job, such as its `/result`, with parameters added to its query. */
export function jobUrl(
  statusUrl: string,
  part: string,
  parameters: Record<string, string | number> = {},
): string {
  const [path = '', query = ''] = statusUrl.split('?', 2);
  const search = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parameters)) search.set(name, String(value));
  const text = search.toString();
  return `${path.replace(/\/$/, '')}/${part}${text === '' ? '' : `?${text}`}`;
}

/** An address with parameters added behind its query, which stays to the letter as the server gave it. */
export function addParameters(url: string, parameters: Record<string, string>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;
}

/** A path or URL of the server under a base address; a whole URL stays as it is. */
export function underBase(baseUrl: string, path: string): string {
  if (/^([a-z][a-z0-9+.-]*:)?\/\//i.test(path)) return path;
  return `${baseUrl.replace(/\/$/, '')}${path}`;
}

/**
 * The address that an answer names as one of its `fields`: a path, or a URL of the server that was asked.
 * Requests carry the page's tokens, and no other server may have them.
 * @throws InvalidAnswerError for another server, whatever way it is written
 */
export function namedUrl(
  { askedUrl, baseUrl, field }: { askedUrl: string; baseUrl: string; field: string },
  named: string,
): string {
  const url = underBase(baseUrl, named);
  if (isSameServer(url, askedUrl)) return url;
  const reason = `named a ${field} of another server, which was not asked: ${shortText(named)}`;
  throw new InvalidAnswerError({ url: askedUrl, reason });
}

/** Whether an address leads to the server of another one, whatever way it is written. */
export function isSameServer(url: string, otherUrl: string): boolean {
  const origin = url.length > MOST_CHARACTERS ? null : originOf(url);
  return origin !== null && origin === originOf(otherUrl);
}

/** Null for what is no address of a server, such as `javascript:` and `blob:`. */
function originOf(url: string): string | null {
  const page: string | undefined = globalThis.location?.origin;
  try {
    const { protocol, host } = new URL(url, !page || page === 'null' ? NOWHERE : page);
    return /^https?:$/.test(protocol) ? `${protocol}//${host}` : null;
  } catch {
    // what is no address has no server
    return null;
  }
}
