import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { figuresOf, ratio, summary } from '../contest/figures.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { startWorker } from '../startProcess.mjs';
import { startRedisServer } from '../startRedis.mjs';
import { duckDatabase } from './duckDatabase.mjs';
import { msdRequest } from './duckJob.mjs';

const TIMES = 10;
const POLL_MS = 100;
const LONGEST_S = 3_600;
const JOB_ID = 'trace-evt-bench';
const BARS = { one: '≤ 400', ten: '≤ 500' };

/** A job in the form of the queue; what the stages before leave behind is garbage then. */
async function packedJob(containers) {
  const { packJob } = await import('../../dist-server/packJob.js');
  const request = await msdRequest(containers);
  return packJob({
    jobId: JOB_ID,
    profile: request.profile,
    domains: request.domains,
    params: { direction: request.params.direction, station: request.params.station },
    containerIds: request.container_ids,
    seedContainerIds: request.seed_container_ids,
    ancestors: request.lineage.ancestors,
    seedRoots: request.lineage.seed_roots,
  });
}

/** Puts a job into the queue as a server does, past the limits of its HTTP. */
async function enqueue(redis, job) {
  const queue = new Queue('trace-events', { connection: redis, prefix: 'mes_wip:bull' });
  const ended = { removeOnComplete: true, removeOnFail: true };
  await redis.hset(`mes_wip:trace:job:${JOB_ID}:meta`, 'status', 'queued');
  await queue.add(
    'events',
    { job, createdAt: String(Date.now() / 1_000) },
    { jobId: JOB_ID, ...ended },
  );
  await queue.close();
}

async function ended(redis) {
  const deadline = performance.now() + LONGEST_S * 1_000;
  while (performance.now() < deadline) {
    const { status, error } = await redis.hgetall(`mes_wip:trace:job:${JOB_ID}:meta`);
    if (status === 'finished') return;
    if (status === 'failed') throw new Error(error);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`The job took longer than ${LONGEST_S} s.`);
}

async function runOnce({ database, job }) {
  const server = await startRedisServer();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const env = { REDIS_URL: server.url, TRACE_SOURCE: `duckdb:${database}` };
  const worker = await startWorker({ ...env, TRACE_JOB_TIMEOUT_SECONDS: String(LONGEST_S) });
  try {
    const idleMb = worker.memory().rss;
    const started = performance.now();
    await enqueue(redis, job);
    await ended(redis);
    const seconds = (performance.now() - started) / 1_000;
    const meta = JSON.parse(await redis.get(`mes_wip:trace:job:${JOB_ID}:result:meta`));
    const rows = Object.values(meta.domains).reduce((sum, { total }) => sum + total, 0);
    return { seconds, idleMb, peakMb: worker.memory().peak, cpuSeconds: worker.cpuSeconds(), rows };
  } finally {
    await worker.stop();
    redis.disconnect();
    await server.stop();
  }
}

/** MSD traces from DuckDB to Redis: of all containers, and of ten times as many. */
export async function jobMemory({ rounds, containers }) {
  const sizes = { one: containers, ten: containers * TIMES };
  const inputs = {};
  for (const [name, size] of Object.entries(sizes)) {
    inputs[name] = { database: await duckDatabase(size), job: await packedJob(size) };
  }
  const runs = await playRounds(Object.keys(sizes), rounds, (name) => runOnce(inputs[name]));
  const of = (name, figure) => summary(figuresOf(runs, name, figure));
  const rows = Object.entries(sizes).map(([name, size]) => [
    size.toLocaleString('en-US'),
    ...['rows', 'seconds', 'cpuSeconds', 'idleMb', 'peakMb'].map((figure) => of(name, figure)),
    BARS[name],
  ]);
  const times = [ratio(runs, 'seconds', 'ten', 'one'), ratio(runs, 'cpuSeconds', 'ten', 'one')];
  rows.push(['ten times over one (≤ 12)', '', ...times, '', '', '']);
  const heading = ['containers', 'rows', 's', 'CPU s', 'idle, MB', 'peak, MB', 'bar, MB'];
  return { tables: [{ title: 'Memory of a worker, DuckDB to Redis', heading, rows }], runs };
}
