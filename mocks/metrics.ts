import { inParts } from './http/bodyParts.js';
import type { HeldPieces } from './http/HeldBytes.js';
import type { BodyPieces } from './http/streamBody.js';
import type { ChunkStore, JobAttempt } from './ports.js';
import type { StreamPosition } from './results/StreamPosition.js';

/** Why a client was refused before anything could be answered, or cut in the middle. */
export type RefusalKind = 'connections' | 'slow_reader' | 'slow_request' | 'bad_request';

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
  /** A slow or greedy client was refused, or cut. */
  refused(why: RefusalKind): void;
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

/** The same pieces of a stream, counted until they end, however they end. */
export async function* meterStream(
  pieces: HeldPieces,
  metrics: Pick<TraceMetrics, 'streamOpened' | 'sent' | 'rowsSent'>,
  position: Pick<StreamPosition, 'rows'>,
): BodyPieces {
  const close = metrics.streamOpened();
  const rowsBefore = position.rows;
  try {
    for await (const bytes of inParts(pieces)) {
      metrics.sent(bytes.length);
      yield bytes;
    }
  } finally {
    metrics.rowsSent(position.rows - rowsBefore);
    close();
  }
}
