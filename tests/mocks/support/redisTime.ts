import type { Redis } from 'ioredis';

const PASS = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
end`;

/** Lets time pass in Redis: every key has that much less of its TTL left. */
export async function passSeconds(redis: Redis, seconds: number): Promise<void> {
  await redis.eval(PASS, 0, seconds * 1000);
}
