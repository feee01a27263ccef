import type { JobFields } from '../../ports.js';
import { chunkKey, type ResultMeta } from '../../results/resultMeta.js';
import { fieldArgs, type RedisJob } from './RedisJob.js';
import { DROP, TAKE } from './scripts.js';

/** Chunks of a domain that are removed at once. */
const CHUNKS_A_CALL = 200;

interface TakenJob {
  /** Of the job before it was taken, comma-joined. */
  domains: string;
  /** Its `result:meta`, empty where there was none. */
  meta: string;
}

export interface TakeOptions {
  /** Who may write so far; empty where that does not matter. */
  from: string;
  /** Who may write from then on. */
  to: string;
  isAttempt: boolean;
  fields: Partial<JobFields>;
}

/** How many chunks the meta tells of, domain by domain; none where it cannot be read. */
function chunksOf(meta: string): Map<string, number> {
  try {
    const { domains } = JSON.parse(meta) as Partial<ResultMeta>;
    return new Map(Object.entries(domains ?? {}).map(([name, { chunks }]) => [name, chunks]));
  } catch {
    // a meta that is cut or empty names no chunks: they are found by trying
    return new Map();
  }
}

/**
 * Makes `to` the only writer of a job, then removes its result: the chunks that its meta names, and
 * those behind them or of an unfinished result, domain by domain until there are no more. A chunk
 * that stands behind a gap (its forerunners expired) stays until its TTL.
 * @returns false where `from` or, meanwhile, `to` is the writer no more
 */
export async function takeJob(
  job: RedisJob,
  { from, to, isAttempt, fields }: TakeOptions,
  stored: Iterable<string> = [],
): Promise<boolean> {
  const keys = [job.key('result:meta'), job.key('result:aggregation'), job.key('result')];
  const args = [to, isAttempt ? 1 : 0, ...fieldArgs(fields)];
  const reply = (await job.run(TAKE, from, keys, args)) as [string, string] | null;
  if (!reply) return false;
  const [before, meta] = reply;
  const taken: TakenJob = { domains: `${before},${fields.domains ?? ''}`, meta };
  return removeChunks(job, to, taken, stored);
}

async function removeChunks(
  job: RedisJob,
  writer: string,
  { domains, meta }: TakenJob,
  stored: Iterable<string>,
): Promise<boolean> {
  const chunks = chunksOf(meta);
  const names = new Set([...domains.split(','), ...chunks.keys(), ...stored]);
  names.delete('');
  const removed = await Promise.all(
    [...names].map((domain) => removeDomain(job, writer, domain, chunks.get(domain) ?? 0)),
  );
  return !removed.includes(false);
}

async function removeDomain(
  job: RedisJob,
  writer: string,
  domain: string,
  chunks: number,
): Promise<boolean> {
  for (let first = 0; ; first += CHUNKS_A_CALL) {
    const keys = Array.from({ length: CHUNKS_A_CALL }, (_, i) =>
      job.key(chunkKey(domain, first + i)),
    );
    const dropped = await job.run(DROP, writer, keys, []);
    if (dropped === null) return false;
    if (dropped === 0 && first + CHUNKS_A_CALL >= chunks) return true;
  }
}
