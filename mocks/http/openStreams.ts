import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from './ApiError.js';
import { clientOfName } from './client.js';

/** Seconds after which somebody who has too many streams may try again. */
const RETRY_AFTER_SECONDS = 10;

/** Counts the results that are being sent. */
export interface OpenStreams {
  /**
   * Takes a place for the client of that name; what is returned gives it back, once.
   * @throws ApiError 429 where the client has all of his, 503 where all of the process are taken
   */
  open(client: string): () => void;
}

export interface OpenStreamsOptions {
  maxStreams: number;
  streamsPerClient: number;
  sessionsPerAddress: number;
}

function refusal(status: 429 | 503, message: string): ApiError {
  const { tooManyRequests, serviceUnavailable } = SERVER_ERROR_CODES;
  const code = status === 429 ? tooManyRequests : serviceUnavailable;
  const told = `${message}; try again in ${RETRY_AFTER_SECONDS} s.`;
  return new ApiError(status, code, told, { retry_after_seconds: RETRY_AFTER_SECONDS });
}

/**
 * A count by names of clients: a session has `streamsPerClient`, so has an address without one, and
 * all sessions of an address together have `sessionsPerAddress` times as many.
 */
export function createOpenStreams({
  maxStreams,
  streamsPerClient,
  sessionsPerAddress,
}: OpenStreamsOptions): OpenStreams {
  const openOf = new Map<string, number>();
  let open = 0;

  function change(keys: Iterable<string>, by: 1 | -1): void {
    open += by;
    for (const key of keys) {
      const count = (openOf.get(key) ?? 0) + by;
      if (count > 0) openOf.set(key, count);
      else openOf.delete(key);
    }
  }

  return {
    open(client) {
      const { session, address } = clientOfName(client);
      const limits = new Map<string, number>();
      if (session === undefined) limits.set(address, streamsPerClient);
      else {
        limits.set(`session:${session}`, streamsPerClient);
        limits.set(`sessions:${address}`, streamsPerClient * sessionsPerAddress);
      }
      for (const [key, limit] of limits) {
        if ((openOf.get(key) ?? 0) < limit) continue;
        throw refusal(429, `${limit} results are being sent to you at once, and no more may be`);
      }
      if (open >= maxStreams) throw refusal(503, 'The server sends as many results as it may');
      change(limits.keys(), 1);
      let isOpen = true;
      return () => {
        if (isOpen) change(limits.keys(), -1);
        isOpen = false;
      };
    },
  };
}
