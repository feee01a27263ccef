import type { Redis } from 'ioredis';
import { runScript, script } from '../redis/scripts.js';

/**
 * Counts the jobs that wait (KEYS[1], BullMQ's list) or have a place reserved (KEYS[3], job id → end
 * of the reservation) and, by the clients of the open jobs (KEYS[2]), those of the client ARGV[2] and
 * of all sessions of its address, as `checkClientRoom` does; then reserves a place for the job
 * ARGV[1] for ARGV[5] ms, unless ARGV[3] jobs wait, ARGV[4] of the client or ARGV[6] of those
 * sessions. Said twice it does the same once.
 */
const RESERVE = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local function parts(name)
  local at = string.find(name, '@', 1, true)
  if at then return string.sub(name, 1, at - 1), string.sub(name, at + 1) end
  return nil, name
end
local session, address = parts(ARGV[2])
local seen, waiting, own, beside = {[ARGV[1]] = true}, 0, 0, 0
local lists = {redis.call('LRANGE', KEYS[1], 0, -1), redis.call('ZRANGE', KEYS[3], 0, -1)}
for _, ids in ipairs(lists) do
  for _, id in ipairs(ids) do
    if not seen[id] then
      seen[id] = true
      waiting = waiting + 1
      local name = redis.call('HGET', KEYS[2], id) or ''
      local otherSession, otherAddress = parts(name)
      if name == ARGV[2] or session and otherSession == session then own = own + 1 end
      if otherSession and otherAddress == address then beside = beside + 1 end
    end
  end
end
if waiting >= tonumber(ARGV[3]) then return 'queue' end
if ARGV[2] ~= '' and own >= tonumber(ARGV[4]) then return 'client' end
if session and beside >= tonumber(ARGV[6]) then return 'client' end
redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 'reserved'`);

export interface ReservePlaceOptions {
  /** BullMQ's list of the jobs that wait. */
  waitKey: string;
  /** The hash of open jobs. */
  openKey: string;
  /** Where the reservations are kept. */
  placesKey: string;
  jobId: string;
  /** Empty where nobody is known. */
  client: string;
  maxWaiting: number;
  maxPerClient: number;
  /** Jobs that all sessions of an address together may have waiting. */
  maxPerAddress: number;
  /** A job that is in the queue by then needs no reservation. */
  reservedMs: number;
}

/**
 * Makes a job an open one that has its place among those that wait, so that servers which take
 * jobs at the same moment pass no limit together. Answers `reserved`, or of what there is no more:
 * places in the queue, or of the client.
 * @throws StoreFullError, StoreUnavailableError
 */
export async function reservePlace(
  redis: Redis,
  options: ReservePlaceOptions,
): Promise<'reserved' | 'queue' | 'client'> {
  const { waitKey, openKey, placesKey, jobId, client } = options;
  const { maxWaiting, maxPerClient, maxPerAddress, reservedMs } = options;
  const args = [jobId, client, maxWaiting, maxPerClient, reservedMs, maxPerAddress];
  const reply = await runScript(redis, RESERVE, [waitKey, openKey, placesKey], args);
  return reply as 'reserved' | 'queue' | 'client';
}
