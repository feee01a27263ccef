import { Queue } from 'bullmq';
import { afterEach, vi } from 'vitest';
import { createBullmqJobQueue } from '../../../mocks/adapters/bullmq/bullmqJobQueue.js';
import { queueNames, type QueuePlace } from '../../../mocks/adapters/bullmq/queueNames.js';
import type { ChunkStore, EventsJob } from '../../../mocks/ports.js';
import { createRedis } from '../../../mocks/adapters/redis/createRedis.js';
import { useRedis } from './useRedis.js';

export const jobNamed = (jobId: string): EventsJob => ({
  jobId,
  profile: 'query_tool',
  containerIds: ['a', 'b'],
  domains: ['history', 'holds'],
  params: {},
  seedContainerIds: [],
  ancestors: {},
  seedRoots: {},
});

export interface QueueChanges {
  redisUrl?: string;
  maxWaiting?: number;
}

/** Queues on a redis-server for a test file, each under a prefix of its own, closed after each test. */
export function useQueue() {
  const redisServer = useRedis();
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** A server's side of the queue. */
  function openJobs(place: QueuePlace, store: ChunkStore, { maxWaiting = 10 }: QueueChanges = {}) {
    const log = vi.fn();
    const jobs = createBullmqJobQueue({ ...place, store, maxWaiting, maxPerClient: 2, log });
    closing.push(() => jobs.close());
    return jobs;
  }

  /** BullMQ's own view of the queue, from another connection. */
  function openEntries(place: QueuePlace) {
    const connection = createRedis(place.redisUrl);
    const entries = new Queue(place.queueName, { connection, prefix: queueNames(place).bull });
    closing.push(
      () => connection.disconnect(),
      () => entries.close(),
    );
    return entries;
  }

  /** A queue of its own, on the file's server or another, and the store beside it. */
  async function open(changes: QueueChanges = {}) {
    const { redisUrl = redisServer.server.url } = changes;
    const redis = createRedis(redisUrl);
    closing.push(() => redis.disconnect());
    const { store, keyPrefix } = await redisServer.openStore({ redis });
    const place = { redisUrl, keyPrefix, queueName: 'trace-events' };
    const jobs = openJobs(place, store, changes);
    return { place, names: queueNames(place), redis, store, jobs };
  }
  return { closing, open, openJobs, openEntries };
}
