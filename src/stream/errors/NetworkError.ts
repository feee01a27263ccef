import { TraceError } from '../../protocol/TraceError.js';

/** No answer came, or it broke off: no network, a server that is down, a refused CORS request. */
export class NetworkError extends TraceError {
  override readonly name = 'NetworkError';
  declare readonly url: string;

  constructor(url: string, cause: unknown) {
    const why = cause instanceof Error ? `: ${cause.message}` : '.';
    super(
      'NETWORK_ERROR',
      `No answer from ${url}${why}\nCheck the connection and that the server runs, then try again.`,
      { url, cause },
    );
  }
}
