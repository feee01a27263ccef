import type { JobFields } from '../../ports.js';
import { chunkKey, type ResultMeta } from '../../results/resultMeta.js';
import { fieldArgs, type RedisJob } from './RedisJob.js';
import { DROP, TAKE } from './scripts.js';

/** Chunks of a domain that are removed at once. */
const CHUNKS_A_CALL = 200;

/** Who takes a job from whom. */
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
 * that stands behind a gap (its forerunners expired) stays until its TTL, and nobody reads it, as the
 * job counts what an attempt has stored; where another takes the job meanwhile, the rest is for that
 * one to remove.
 * @returns false where `from` is the writer no more
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
  const chunks = chunksOf(meta);
  const named = `${before},${fields.domains ?? ''}`.split(',');
  const domains = new Set([...named, ...chunks.keys(), ...stored]);
  domains.delete('');
  await Promise.all(
    [...domains].map((domain) => removeDomain(job, to, domain, chunks.get(domain) ?? 0)),
  );
  return true;
}

async function removeDomain(job: RedisJob, writer: string, domain: string, chunks: number) {
  for (let first = 0, dropped: unknown = 1; first < chunks || dropped; first += CHUNKS_A_CALL) {
    const keys = Array.from({ length: CHUNKS_A_CALL }, (_, i) =>
      job.key(chunkKey(domain, first + i)),
    );
    dropped = await job.run(DROP, writer, keys, []);
  }
}
