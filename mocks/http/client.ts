/** Who asks. */
export interface Client {
  address: string;
  /** A digest of the session that he names; nobody has checked that it is one. */
  session?: string;
}

/** A client as one text, for limits and queues. */
export function clientName({ session, address }: Client): string {
  return session ? `${session}@${address}` : address;
}

/** Who a name stands for. */
export function clientOfName(name: string): Client {
  const at = name.indexOf('@');
  return at < 0 ? { address: name } : { session: name.slice(0, at), address: name.slice(at + 1) };
}

/** A count that a client takes part in. */
export interface ClientCount {
  key: string;
  /** How many times the limit of one client goes into it. */
  times: number;
}

/**
 * Where a client of that name is counted: a session is a client, and so is an address without one. A
 * session is whatever somebody says of himself, so all sessions of an address have a limit together,
 * `sessionsPerAddress` times that of one.
 */
export function countsOf(name: string, sessionsPerAddress: number): ClientCount[] {
  const { session, address } = clientOfName(name);
  if (session === undefined) return [{ key: address, times: 1 }];
  return [
    { key: `session:${session}`, times: 1 },
    { key: `sessions:${address}`, times: sessionsPerAddress },
  ];
}

/** The session that a request names: the cookie of that name, else a bearer token. */
export function namedSession(
  cookies: string | undefined,
  authorization: string | undefined,
  cookieName: string,
): string | undefined {
  for (const cookie of (cookies ?? '').split(';')) {
    const equals = cookie.indexOf('=');
    const value = cookie.slice(equals + 1).trim();
    if (equals > 0 && cookie.slice(0, equals).trim() === cookieName && value) return value;
  }
  return /^bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}
