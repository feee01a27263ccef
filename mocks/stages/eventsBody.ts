import type { TraceDomain } from '../../src/protocol/index.js';
import type { Aggregator } from '../aggregation/index.js';
import type { StagesContext } from './StagesContext.js';
import type { BodyPieces } from '../http/streamBody.js';
import { errorFields } from '../log.js';
import type { EventsJob } from '../ports.js';
import { encodeJson } from '../results/resultMeta.js';
import { answerTail } from '../results/resultPage.js';

export interface EventsBodyContext extends Pick<StagesContext, 'source' | 'settings' | 'log'> {
  job: Omit<EventsJob, 'jobId'>;
  /** Makes the figures of an MSD trace; null for other profiles. */
  aggregator: Aggregator | null;
}

/** A domain's member of `results`; returns whether all of its rows could be fetched. */
async function* domainBody(
  domain: TraceDomain,
  { job, source, settings, log, aggregator }: EventsBodyContext,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array | string, boolean, void> {
  let count = 0;
  let whole = true;
  yield `"${domain}":{"data":[`;
  try {
    const options = { batchSize: settings.streamBatchSize, signal };
    for await (const batch of source.fetchEvents(job.containerIds, domain, options)) {
      aggregator?.add(domain, batch);
      const bytes = batch.json();
      if (batch.rowCount === 0) continue;
      if (count > 0) yield ',';
      yield bytes.subarray(1, -1);
      count += batch.rowCount;
    }
  } catch (error) {
    signal.throwIfAborted();
    log('error', 'A domain could not be fetched.', { domain, ...errorFields(error) });
    whole = false;
  }
  yield `],"count":${count}}`;
  return whole;
}

/** The synchronous answer of the events stage, batch by batch; no figures where a domain failed. */
export async function* eventsBody(context: EventsBodyContext, signal: AbortSignal): BodyPieces {
  const { job, aggregator } = context;
  const failed: string[] = [];
  yield '{"stage":"events","results":{';
  for (const [index, domain] of job.domains.entries()) {
    if (index > 0) yield ',';
    const whole = yield* domainBody(domain, context, signal);
    if (!whole) failed.push(domain);
  }
  yield '}';
  // figures of half the rows would be taken for figures
  const figures = failed.length === 0 ? (aggregator?.finish() ?? null) : null;
  yield* answerTail(figures && encodeJson(figures), failed.sort());
}
