import { clientOfName } from '../http/client.js';
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
 * `limitClients`. Who names no client has no limit.
 * @throws QueueLimitError
 */
export function checkClientRoom(
  waiting: readonly (string | null | undefined)[],
  client: string | undefined,
  { maxPerClient, sessionsPerAddress = DEFAULT_SETTINGS.sessionsPerAddress }: ClientRoom,
): void {
  if (client === undefined) return;
  const { session, address } = clientOfName(client);
  let own = 0;
  let beside = 0;
  for (const name of waiting) {
    if (!name) continue;
    const other = clientOfName(name);
    if (session === undefined ? name === client : other.session === session) own++;
    if (other.session !== undefined && other.address === address) beside++;
  }
  const isAddressFull = session !== undefined && beside >= maxPerClient * sessionsPerAddress;
  if (own >= maxPerClient || isAddressFull) throw new QueueLimitError(maxPerClient);
}
