import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { fromRedis } from './redisErrors.js';

/** A Lua script, and the digest by which a server that has it knows it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/*
 * Each write is one script, so that nothing can come between the check who may write and the write.
 * KEYS[1] is the job's hash; ARGV[1] the token of who writes (the hash's field `writer`), ARGV[2]
 * the channel of the job's changes, ARGV[3] the TTL in ms. Nil is the answer to who may not write.
 *
 * A full Redis refuses what takes memory only as a script's first write (scriptVerifyOOM of Redis
 * 7's script.c): a PEXPIRE in front lets a job's few fields through, so that a job can fail with
 * its reason, where a value is refused.
 */

/** Stores ARGV[4] under KEYS[2], and sets the fields ARGV[5…]. */
export const PUT = script(`
if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return false end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[3])
if #ARGV > 4 then redis.call('HSET', KEYS[1], unpack(ARGV, 5)) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[2], '')
return 1`);

/** Removes KEYS[2…]; answers how many there were. */
export const DROP = script(`
if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return false end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local dropped = 0
for i = 2, #KEYS do dropped = dropped + redis.call('UNLINK', KEYS[i]) end
redis.call('PUBLISH', ARGV[2], '')
return dropped`);

/** Sets the fields ARGV[4…]. */
export const UPDATE = script(`
if redis.call('HGET', KEYS[1], 'writer') ~= ARGV[1] then return false end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if #ARGV > 3 then redis.call('HSET', KEYS[1], unpack(ARGV, 4)) end
redis.call('PUBLISH', ARGV[2], '')
return 1`);

/** Sets the fields ARGV[4…], whoever writes; ARGV[1] is not looked at. */
export const CREATE = script(`
if #ARGV > 3 then redis.call('HSET', KEYS[1], unpack(ARGV, 4)) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[2], '')
return 1`);

/**
 * Makes ARGV[4] the writer in place of ARGV[1], or of whoever it is where that is empty; ARGV[5] is 1
 * for a new attempt, which has stored no chunk; sets the fields ARGV[6…] and removes KEYS[2…4], the
 * result's meta first. Said twice, as after a lost connection, it does the same once. Answers the
 * domains and the meta that were.
 */
export const TAKE = script(`
local writer = redis.call('HGET', KEYS[1], 'writer')
if ARGV[1] ~= '' and writer ~= ARGV[1] and writer ~= ARGV[4] then return false end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local domains = redis.call('HGET', KEYS[1], 'domains')
local meta = redis.call('GET', KEYS[2])
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
if ARGV[5] == '1' and writer ~= ARGV[4] then
  redis.call('HDEL', KEYS[1], 'completed_at', 'error')
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 7) == 'chunks:' then redis.call('HDEL', KEYS[1], field) end
  end
  redis.call('HINCRBY', KEYS[1], 'attempt', 1)
end
redis.call('HSET', KEYS[1], 'writer', ARGV[4], unpack(ARGV, 6))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[2], '')
return {domains or '', meta or ''}`);

/**
 * Ends an attempt whose values KEYS[2…] are all there, with the fields ARGV[7…], and makes ARGV[4] the
 * writer; all keys live for the TTL from now, the one named by ARGV[5] for ARGV[6] ms. Answers 1, or
 * the first key that is gone.
 */
export const FINISH = script(`
local writer = redis.call('HGET', KEYS[1], 'writer')
if writer ~= ARGV[1] and writer ~= ARGV[4] then return false end
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then return KEYS[i] end
end
for i = 1, #KEYS do
  redis.call('PEXPIRE', KEYS[i], KEYS[i] == ARGV[5] and ARGV[6] or ARGV[3])
end
redis.call('HSET', KEYS[1], 'writer', ARGV[4], unpack(ARGV, 7))
redis.call('PUBLISH', ARGV[2], '')
return 1`);

/** Counts a request in the window KEYS[1] of ARGV[1] ms; answers how many there were and the ms left. */
export const COUNT = script(`
local requests = redis.call('INCR', KEYS[1])
if requests == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {requests, redis.call('PTTL', KEYS[1])}`);

/**
 * Runs a script, by its digest where the server knows it.
 * @throws StoreFullError, StoreUnavailableError
 */
export async function runScript(
  redis: Redis,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const onError = (error: unknown) => {
    // a server that was restarted, or one that never heard it
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return redis.eval(lua, keys.length, ...keys, ...args);
  };
  return fromRedis(redis.evalsha(sha, keys.length, ...keys, ...args).catch(onError));
}
