import { eventsRequest } from '../traceOverHttp.mjs';
import { readToEnd } from './killStream.mjs';
import { until } from './killTools.mjs';

const JOB_MS = 60_000;
const ANSWER_MS = 15_000;
const EMPTY_MS = 30_000;
const ENDED = ['finished', 'failed', 'cancelled', 'forgotten'];

/** Jobs that all ask for the same trace, and the sums of what an undisturbed one brings. */
export class KillJobs {
  #backend;
  #request;
  /** Digest of the undisturbed result. */
  expected = '';
  rows = 0;

  constructor(backend) {
    this.#backend = backend;
  }

  /** Makes the request, and runs it undisturbed, read in every way. */
  async prepare() {
    this.#request = await eventsRequest(this.#backend.server.url);
    const { streamUrl, statusUrl } = await this.start();
    const ways = [
      readToEnd(`${streamUrl}?follow=1`),
      readToEnd(`${streamUrl}?follow=1`, { gzip: true }),
    ];
    const outcomes = await Promise.all(ways);
    outcomes.push(await readToEnd(streamUrl), await readToEnd(streamUrl, { gzip: true }));
    const digests = new Set(outcomes.map(({ end, digest }) => digest ?? end));
    if (digests.size > 1 || outcomes[0].end !== 'complete') {
      throw new Error(`Undisturbed streams differ: ${JSON.stringify(outcomes)}`);
    }
    this.expected = outcomes[0].digest;
    this.rows = outcomes[0].rows;
    await this.remove({ statusUrl });
  }

  /** Queues a job. @returns the job, or null where the server refused it */
  async start() {
    const { url } = this.#backend.server;
    const response = await fetch(`${url}api/trace/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(this.#request),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const body = await response.json();
    if (response.status === 503) return null;
    if (response.status !== 202) throw new Error(`Queueing answered ${JSON.stringify(body)}`);
    const absolute = (path) => String(new URL(path, url));
    return {
      jobId: body.job_id,
      statusUrl: absolute(body.status_url),
      streamUrl: absolute(body.stream_url),
    };
  }

  /** Status and reason; `forgotten` for a 404, `unknown` where the server cannot tell. */
  async look({ statusUrl }) {
    const response = await fetch(statusUrl, { signal: AbortSignal.timeout(ANSWER_MS) });
    const { status, error } = await response.json();
    if (response.ok) return { status, error };
    return { status: response.status === 404 ? 'forgotten' : 'unknown', error: null };
  }

  async status(job) {
    return (await this.look(job)).status;
  }

  /** Status and reason of a job that has ended. @throws where it has not after a minute */
  async end(job) {
    const look = async () => {
      const found = await this.look(job);
      return ENDED.includes(found.status) && found;
    };
    const left = () => this.#backend.describe(job.jobId);
    return until(`The end of job ${job.jobId}`, JOB_MS, look, left);
  }

  /** Whether a stream may end so: whole and equal, or with a word that it is not. */
  isHonest({ end, digest }) {
    return end === 'complete' ? digest === this.expected : end === 'error' || end === 'refused';
  }

  /** The key of the job's hash. */
  hash({ jobId }) {
    return `${this.#backend.keyPrefix}:trace:job:${jobId}:meta`;
  }

  /** Removes a result that was looked at. */
  async remove({ statusUrl }) {
    await fetch(statusUrl, { method: 'DELETE', signal: AbortSignal.timeout(ANSWER_MS) });
  }
}

/** What is left: jobs in BullMQ's lists, queue entries, open jobs, keys without TTL but BullMQ's. */
async function leftOver({ client, keyPrefix }) {
  const bull = `${keyPrefix}:bull:trace-events`;
  const keys = await client.keys(`${keyPrefix}:*`);
  const ttls = await Promise.all(keys.map((key) => client.pttl(key)));
  const lists = ['active', 'wait', 'paused', 'delayed', 'prioritized', 'failed', 'completed'];
  const types = { list: 'llen', zset: 'zcard' };
  const left = {};
  for (const list of lists) {
    const command = types[await client.type(`${bull}:${list}`)];
    if (command) left[list] = await client[command](`${bull}:${list}`);
  }
  left.entries = keys.filter((key) => key.startsWith(`${bull}:trace-evt-`)).length;
  left.open = await client.hlen(`${keyPrefix}:trace:open:trace-events`);
  left.withoutTtl = keys.filter((key, i) => ttls[i] < 0 && !key.startsWith(bull)).length;
  return left;
}

/** Resolves when nothing is left of jobs that have all ended. */
export async function emptied(backend) {
  let left;
  const look = async () => {
    left = await leftOver(backend);
    return Object.values(left).every((count) => count === 0);
  };
  await until('An empty queue', EMPTY_MS, look, () => left);
}
