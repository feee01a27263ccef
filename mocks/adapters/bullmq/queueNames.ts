/** Where a queue's processes meet. */
export interface QueuePlace {
  redisUrl: string;
  /** In front of every key and channel. */
  keyPrefix: string;
  /** The same for all servers and workers of a queue. */
  queueName: string;
}

/** The keys and channels of a queue; those of BullMQ itself begin with `bull`. */
export function queueNames({ keyPrefix, queueName }: QueuePlace) {
  return {
    bull: `${keyPrefix}:bull`,
    /** Hash of the jobs that have not ended: job id → client. */
    open: `${keyPrefix}:trace:open:${queueName}`,
    /** Sorted set of the jobs that are being queued: job id → until when their place is kept, Unix ms. */
    places: `${keyPrefix}:trace:places:${queueName}`,
    /** Channel that carries the ids of cancelled jobs. */
    cancelled: `${keyPrefix}:trace:cancelled:${queueName}`,
  };
}

/** Queue entries vanish with their end, payload and all: the job's hash tells how it ended. */
export const REMOVE_ENDED = { removeOnComplete: true, removeOnFail: true } as const;
