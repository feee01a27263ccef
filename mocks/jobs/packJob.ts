import type { EventsJob, PackedEventsJob } from '../ports.js';
import { compressChunk, openChunk } from '../results/chunkCodec.js';
import { encodeJson } from '../results/resultMeta.js';
import { nodeCompression } from '../results/nodeCompression.js';

/**
 * Makes a job that is cheap to copy, to write as JSON and to keep in Redis. Base64 has nothing that
 * JSON would escape.
 */
export function packJob(job: EventsJob): PackedEventsJob {
  const { jobId, profile, domains, containerIds } = job;
  const chunk = compressChunk(encodeJson(job), 0, nodeCompression);
  const packed = Buffer.from(chunk.buffer).toString('base64');
  return { jobId, profile, domains, cidCount: containerIds.length, packed };
}

/** The job that was packed. @throws ChunkDamagedError */
export function unpackJob(job: EventsJob | PackedEventsJob): EventsJob {
  if (!('packed' in job)) return job;
  const chunk = openChunk(Buffer.from(job.packed, 'base64'), nodeCompression);
  const json = 'inflate' in chunk ? chunk.inflate() : chunk;
  return JSON.parse(new TextDecoder().decode(json)) as EventsJob;
}
