import { SERVER_ERROR_CODES } from '../../src/protocol/index.js';
import { ApiError } from './ApiError.js';
import { clientOfName } from './client.js';
import type { BodyRoom } from './readBody.js';

/** So many of the largest bodies find room at once, and those of one address. */
const MOST_BODIES = 4;
const MOST_OF_ADDRESS = 2;
/** Seconds after which a body that found no room may be sent again. */
const RETRY_AFTER_SECONDS = 10;

function noRoom(): ApiError {
  return new ApiError(
    503,
    SERVER_ERROR_CODES.serviceUnavailable,
    `The server reads as many bytes of requests as it may; try again in ${RETRY_AFTER_SECONDS} s.`,
    { retry_after_seconds: RETRY_AFTER_SECONDS },
  );
}

/** Room for the bodies of a process, each of at most `maxBodyBytes`. */
export function createBodyRoom({ maxBodyBytes }: { maxBodyBytes: number }): BodyRoom {
  const takenOf = new Map<string, number>();
  let taken = 0;
  return {
    open(client) {
      // not the session: whoever makes one up for each body would have all of the room
      const { address } = clientOfName(client);
      let own = 0;
      function change(by: number): void {
        taken += by;
        own += by;
        const left = (takenOf.get(address) ?? 0) + by;
        if (left > 0) takenOf.set(address, left);
        else takenOf.delete(address);
      }
      return {
        take(bytes) {
          const ofAddress = (takenOf.get(address) ?? 0) + bytes;
          const isFull = taken + bytes > MOST_BODIES * maxBodyBytes;
          if (isFull || ofAddress > MOST_OF_ADDRESS * maxBodyBytes) return noRoom();
          change(bytes);
          return null;
        },
        end: () => change(-own),
      };
    },
  };
}
