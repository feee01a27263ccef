import type { ChunkStore, JobAttempt } from './ports.js';

/** What is counted of a process; a host that nobody watches leaves it out. */
export interface TraceMetrics {
  /** An answer has begun; of a stream the rest is still to come. */
  answered(request: { method: string; route: string; status: number }, seconds: number): void;
  /** A stream has begun; what is returned tells that it is over. */
  streamOpened(): () => void;
  sent(bytes: number): void;
  rowsSent(rows: number): void;
  /** A chunk was stored, of so many bytes as they are stored. */
  chunkStored(bytes: number): void;
  /** An attempt at a job has ended. */
  jobEnded(status: string, seconds: number): void;
}

/** The same store; what its attempts store and how long they take is counted. */
export function meterStore(
  store: ChunkStore,
  metrics: Pick<TraceMetrics, 'chunkStored' | 'jobEnded'>,
  now: () => number = Date.now,
): ChunkStore {
  const meter = (attempt: JobAttempt): JobAttempt => {
    const begunAt = now();
    return {
      put: async (key, value) => {
        // the store may take the array for itself
        const { byteLength } = value;
        await attempt.put(key, value);
        metrics.chunkStored(byteLength);
      },
      drop: (keys) => attempt.drop(keys),
      updateJob: (fields) => attempt.updateJob(fields),
      end: async (fields) => {
        await attempt.end(fields);
        metrics.jobEnded(fields.status, (now() - begunAt) / 1000);
      },
    };
  };
  return {
    get: (jobId, key) => store.get(jobId, key),
    readJob: (jobId) => store.readJob(jobId),
    createJob: (jobId, fields) => store.createJob(jobId, fields),
    beginAttempt: async (jobId, fields) => meter(await store.beginAttempt(jobId, fields)),
    endJob: (jobId, fields) => store.endJob(jobId, fields),
    subscribe: (jobId, onChange) => store.subscribe(jobId, onChange),
  };
}

/** The same body; its bytes are counted, and its end is told, however it ends. */
export function meterBody(
  body: ReadableStream<Uint8Array>,
  onBytes: (bytes: number) => void,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            onEnd();
            controller.close();
          } else {
            onBytes(value.byteLength);
            controller.enqueue(value);
          }
        } catch (error) {
          onEnd();
          throw error;
        }
      },
      async cancel(reason) {
        onEnd();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
