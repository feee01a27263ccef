import { countsOf } from '../http/client.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import { QueueLimitError } from './QueueLimitError.js';

export interface ClientRoom {
  /** Jobs of one client that may wait. */
  maxPerClient: number;
  /** All sessions of an address together may have so many times as many waiting. @default 3 */
  sessionsPerAddress?: number;
}

/**
 * Whether one more job of a client may wait beside those of the clients that wait already; see
 * `countsOf`. Who names no client has no limit.
 * @throws QueueLimitError
 */
export function checkClientRoom(
  waiting: readonly (string | null | undefined)[],
  client: string | undefined,
  { maxPerClient, sessionsPerAddress = DEFAULT_SETTINGS.sessionsPerAddress }: ClientRoom,
): void {
  const counts = (name?: string | null) => (name ? countsOf(name, sessionsPerAddress) : []);
  const taken = waiting.flatMap(counts);
  for (const { key, times } of counts(client)) {
    const count = taken.filter((other) => other.key === key).length;
    if (count >= maxPerClient * times) throw new QueueLimitError(maxPerClient);
  }
}
