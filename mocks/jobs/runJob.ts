import type { TraceDomain } from '../../src/protocol/index.js';
import type { Aggregator } from '../aggregation/index.js';
import type { JobAttempt, TraceSource } from '../ports.js';
import { chunkKey, encodeJson, type ResultMeta } from '../results/resultMeta.js';
import { createJobProgress, type JobProgress } from './jobProgress.js';
import type { RunnableJob } from './packJob.js';
import { prepareAggregation } from './prepareAggregation.js';

/** What a running job stores; its end is for whoever runs it. */
export type ResultWriter = Omit<JobAttempt, 'end'>;

export interface RunJobOptions {
  source: TraceSource;
  writer: ResultWriter;
  /** Rows a chunk. */
  batchSize: number;
  /** Domains that are fetched at once. */
  maxWorkers: number;
  signal: AbortSignal;
  /** Makes the chunk of a batch's JSON. @default the JSON itself */
  encodeChunk?: (json: Uint8Array<ArrayBuffer>, rowCount: number) => Uint8Array<ArrayBuffer>;
  onDomainFailed: (domain: TraceDomain, error: unknown) => void;
}

/** Why a job failed, in words for its user; `cause` is for the log. */
export class JobError extends Error {
  override readonly name = 'JobError';

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

interface DomainJob extends RunJobOptions {
  job: RunnableJob;
  aggregator: Promise<Aggregator | null>;
  progress: JobProgress;
}

/** Runs `work` for each item, at most `limit` at a time, started in their order. */
async function eachAtMost<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>) {
  const queue = items.values();
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(workers);
}

/** Stores a domain's batches as they come; a domain that fails leaves nothing behind. */
async function storeDomain(domain: TraceDomain, context: DomainJob) {
  const { job, source, writer, batchSize, signal, aggregator, progress } = context;
  const { encodeChunk = (json) => json } = context;
  const { containerIds } = job;
  let chunks = 0;
  let total = 0;
  try {
    for await (const batch of source.fetchEvents(containerIds, domain, { batchSize, signal })) {
      // the figures need the rows later, and a plain chunk leaves with its buffer
      if (job.profile === 'mid_section_defect') batch.rows();
      await writer.put(chunkKey(domain, chunks), encodeChunk(batch.json(), batch.rowCount));
      (await aggregator)?.add(domain, batch);
      chunks++;
      total += batch.rowCount;
      await progress.tell(domain, batch.containersDone);
    }
    await progress.tell(domain, containerIds.length);
    return { chunks, total, batch_size: batchSize };
  } catch (error) {
    const keys = Array.from({ length: chunks }, (_, index) => chunkKey(domain, index));
    await writer.drop(keys);
    throw error;
  }
}

/** A writer whose first failure is remembered: it ends the job, where a source's ends a domain only. */
function watchWriter(writer: ResultWriter, failure: AbortController) {
  const put: ResultWriter['put'] = async (...args) => {
    try {
      await writer.put(...args);
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };
  const watched: ResultWriter = {
    put,
    drop: (keys) => writer.drop(keys),
    updateJob: (fields) => writer.updateJob(fields),
  };
  return watched;
}

/**
 * Fetches the domains of a job and stores each batch as soon as it is there, so that no more than
 * one batch a domain is held; the result can be read once this resolves. No figures are stored where
 * a domain failed.
 * @throws Error where no domain could be fetched, the detection rows could not, the store refused a
 * chunk, or on abort
 */
export async function runJob(job: RunnableJob, options: RunJobOptions): Promise<void> {
  const { source, maxWorkers, onDomainFailed } = options;
  const failure = new AbortController();
  const writer = watchWriter(options.writer, failure);
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const { domains, profile } = job;
  const meta: ResultMeta = { profile, domains: {}, failed_domains: [] };
  let lastError: unknown;
  await writer.updateJob({ progress: 'fetching events', stage: 'events', pct: '0' });
  const aggregator = prepareAggregation(job, source, signal).catch((cause: unknown) => {
    const message = 'The detection rows of these lots could not be fetched; try again later.';
    throw new JobError(message, cause);
  });
  // the first rows wait for no detection rows, and are none where those fail
  aggregator.catch((error: unknown) => failure.abort(error));
  const progress = createJobProgress(job, writer);
  const context = { ...options, writer, signal, job, aggregator, progress };

  await eachAtMost(domains, maxWorkers, async (domain) => {
    try {
      meta.domains[domain] = await storeDomain(domain, context);
    } catch (error) {
      signal.throwIfAborted();
      lastError = error;
      meta.failed_domains.push(domain);
      onDomainFailed(domain, error);
    }
  });
  if (meta.failed_domains.length === domains.length) {
    throw new JobError('None of the events could be fetched; try again later.', lastError);
  }

  await writer.updateJob({ progress: 'building response' });
  const figures = await aggregator;
  // figures of half the rows would be taken for figures
  if (figures && meta.failed_domains.length === 0) {
    await writer.put('result:aggregation', encodeJson(figures.finish()));
    meta.has_aggregation = true;
  }
  meta.failed_domains.sort();
  await writer.put('result:meta', encodeJson(meta));
}
