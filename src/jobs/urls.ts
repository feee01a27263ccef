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
