import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from './ApiError.js';
import { type ClientCount, countsOf } from './client.js';

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

/** Counts by names of clients; see `countsOf`. */
export function createOpenStreams({
  maxStreams,
  streamsPerClient,
  sessionsPerAddress,
}: OpenStreamsOptions): OpenStreams {
  const openOf = new Map<string, number>();
  let open = 0;

  function change(counts: ClientCount[], by: 1 | -1): void {
    open += by;
    for (const { key } of counts) {
      const count = (openOf.get(key) ?? 0) + by;
      if (count > 0) openOf.set(key, count);
      else openOf.delete(key);
    }
  }

  return {
    open(client) {
      const counts = countsOf(client, sessionsPerAddress);
      for (const { key, times } of counts) {
        const limit = streamsPerClient * times;
        if ((openOf.get(key) ?? 0) < limit) continue;
        throw refusal(429, `${limit} results are being sent to you at once, and no more may be`);
      }
      if (open >= maxStreams) throw refusal(503, 'The server sends as many results as it may');
      change(counts, 1);
      let isOpen = true;
      return () => {
        if (isOpen) change(counts, -1);
        isOpen = false;
      };
    },
  };
}
