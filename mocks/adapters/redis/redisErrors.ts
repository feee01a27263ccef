import { ReplyError } from 'ioredis';
import { StoreFullError, StoreUnavailableError } from '../storeErrors.js';

/** Answers of a server that is there and cannot take the command now. */
const NOT_NOW =
  /^-?(LOADING|BUSY|MISCONF|READONLY|MASTERDOWN|NOREPLICAS|TRYAGAIN|CLUSTERDOWN|NOAUTH|WRONGPASS|NOPERM|EXECABORT)\b/;

/** What a failed command means for who asked; an answer that is a fault of ours stays as it is. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  if (!(error instanceof ReplyError)) {
    return new StoreUnavailableError(
      `Redis cannot be reached (${message}); try again in a moment, and see that the server of REDIS_URL runs.`,
      { cause: error },
    );
  }
  if (/\bOOM\b/.test(message)) {
    return new StoreFullError(
      'Redis is full: it holds as much as its maxmemory allows. Wait until results expire, ask for fewer containers, or raise maxmemory.',
      { cause: error },
    );
  }
  if (!NOT_NOW.test(message)) return error;
  return new StoreUnavailableError(
    `Redis takes no commands now (${message}); try again in a moment, and see its log.`,
    { cause: error },
  );
}

/** The answer of a command, its failure told as an error of the store. */
export async function fromRedis<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw storeError(error);
  }
}
