import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reservePlace } from '../../mocks/adapters/bullmq/reservePlace.js';
import { checkClientRoom } from '../../mocks/jobs/checkClientRoom.js';
import { useRedis } from './support/useRedis.js';

const redisServer = useRedis();

/** Few, so that they meet; nobody, addresses, and sessions at them. */
const client = fc.constantFrom('', '1', '2', 'a@1', 'a@2', 'b@1', 'c@1', 'd@2', '1@a');
const room = fc.record({ maxPerClient: fc.integer({ min: 1, max: 3 }), sessions: fc.nat(2) });

const isRefused = (check: () => void) => {
  try {
    check();
    return false;
  } catch {
    return true;
  }
};

it('a place in Redis is refused to whom the queue in memory refuses it', async () => {
  const redis = await redisServer.open();
  const names = fc.array(client, { maxLength: 8 });
  const property = fc.asyncProperty(names, names, client, room, async (waiting, ...rest) => {
    const [reserved, asking, { maxPerClient, sessions }] = rest;
    const [waitKey, openKey, placesKey] = [randomUUID(), randomUUID(), randomUUID()];
    const all = [...waiting, ...reserved];
    const commands = redis.multi();
    for (const [id, name] of all.entries()) {
      commands.hset(openKey, `job${id}`, name);
      if (id < waiting.length) commands.lpush(waitKey, `job${id}`);
      else commands.zadd(placesKey, Date.now() + 60_000, `job${id}`);
    }
    await commands.exec();
    const sessionsPerAddress = 1 + sessions;
    const maxPerAddress = maxPerClient * sessionsPerAddress;
    const ports = { waitKey, openKey, placesKey, jobId: 'asking', client: asking };
    const limits = { maxWaiting: 100, maxPerClient, maxPerAddress, reservedMs: 1_000 };
    const place = await reservePlace(redis, { ...ports, ...limits });
    const inMemory = { maxPerClient, sessionsPerAddress };
    const refused = isRefused(() => checkClientRoom(all, asking, inMemory));
    expect(place).toBe(refused ? 'client' : 'reserved');
    // said again, as after a lost connection, it says the same
    expect(await reservePlace(redis, { ...ports, ...limits })).toBe(place);
  });
  await fc.assert(property, { numRuns: 200 });
});
