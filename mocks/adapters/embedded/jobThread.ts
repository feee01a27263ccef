import { type RunnableJob, unpackJob } from '../../jobs/packJob.js';
import { runJob, type ResultWriter } from '../../jobs/runJob.js';
import type { EventsJob, JobFields, PackedJob, ResultKey } from '../../ports.js';
import type { ChunkCompression, ChunkEncoding } from '../../results/ChunkCompression.js';
import { createChunkEncoder } from '../../results/chunkCodec.js';
import type { OpenSource, SourceOptions } from '../createSource.js';

/** What a job's thread is told, once. */
export interface RunMessage {
  type: 'run';
  job: EventsJob | PackedJob;
  source: SourceOptions;
  batchSize: number;
  maxWorkers: number;
  chunkEncoding: ChunkEncoding;
}

/** A write that the thread waits for. */
export type StoreCall =
  | { method: 'put'; key: ResultKey; value: Uint8Array<ArrayBuffer> }
  | { method: 'drop'; keys: readonly ResultKey[] }
  | { method: 'updateJob'; fields: Partial<JobFields> };

/** What a job's thread says. */
export type ThreadMessage =
  | { type: 'store'; call: number; request: StoreCall }
  | { type: 'domain-failed'; domain: string; message: string }
  | { type: 'finished' }
  /** `message` is for the user, `cause` for the log. */
  | { type: 'failed'; message: string; cause: string };

/** Ends the job's queries; the thread is terminated soon after. */
export interface StopMessage {
  type: 'stop';
}

/** The answer to a write. */
export interface StoreReply {
  type: 'reply';
  call: number;
  /** Why the call failed; null where it did not. */
  error: string | null;
}

export type ParentMessage = RunMessage | StopMessage | StoreReply;

/** The thread's end of the line to the thread that made it. */
export interface ThreadPort {
  post(message: ThreadMessage, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: ParentMessage) => void): void;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A writer whose every call runs in the thread at the port's other end. */
function createRemoteWriter(port: ThreadPort) {
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let calls = 0;
  function send(request: StoreCall, transfer?: ArrayBuffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.set(calls, { resolve, reject });
      port.post({ type: 'store', call: calls++, request }, transfer);
    });
  }
  const writer: ResultWriter = {
    put: (key, value) => send({ method: 'put', key, value }, [value.buffer]),
    drop: (keys) => send({ method: 'drop', keys }),
    updateJob: (fields) => send({ method: 'updateJob', fields }),
  };
  function settle({ call, error }: StoreReply): void {
    const promise = waiting.get(call);
    waiting.delete(call);
    if (error === null) promise?.resolve();
    else promise?.reject(new Error(error));
  }
  return { writer, settle };
}

/** What the platform of a thread can do. */
export interface ThreadHost {
  openSource(options: SourceOptions): OpenSource;
  compression?: ChunkCompression;
}

/** Runs the one job that the port brings. The thread is ended from outside. */
export function serveJobThread(port: ThreadPort, { openSource, compression }: ThreadHost): void {
  const { writer, settle } = createRemoteWriter(port);
  const stop = new AbortController();
  async function run(job: RunnableJob, message: Omit<RunMessage, 'job'>): Promise<void> {
    const { batchSize, maxWorkers, chunkEncoding } = message;
    let opened: OpenSource | undefined;
    try {
      opened = openSource(message.source);
      await runJob(job, {
        source: opened.source,
        writer,
        batchSize,
        maxWorkers,
        encodeChunk: createChunkEncoder(chunkEncoding, compression),
        signal: stop.signal,
        onDomainFailed: (domain, error) =>
          port.post({ type: 'domain-failed', domain, message: messageOf(error) }),
      });
      await opened.close();
      port.post({ type: 'finished' });
    } catch (error) {
      await opened?.close();
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      port.post({ type: 'failed', message: messageOf(error), cause: messageOf(cause) });
    }
  }
  port.onMessage((message) => {
    if (message.type === 'run') {
      // the packed texts are held by nobody while the job runs
      const { job, ...rest } = message;
      void run('cidCount' in job ? unpackJob(job) : job, rest);
    } else if (message.type === 'stop') stop.abort();
    else settle(message);
  });
}
