import { summary } from '../contest/figures.mjs';
import { startKillBackend } from './killBackend.mjs';
import { emptied, KillJobs } from './killJobs.mjs';
import { readToEnd } from './killStream.mjs';
import { createTally } from './killTally.mjs';
import { createRandom, until, wait } from './killTools.mjs';

const TITLE = 'SIGKILLs of workers';
const SEED = 20_261_122;
const KILLS = 60;
/** Jobs of a few seconds. */
const MOST_CONTAINERS = 4_000;
/** Jobs at work at once: as many as workers. */
const LANES = 2;
/** Of the retaken jobs, those that are killed again. */
const AGAIN = 0.15;
const STEP_MS = 30_000;
const TOO_LATE = new Set(['finished', 'failed', 'cancelled']);

/** The worker that began the job for the `nth` time, 0 at first. */
function workerOf(backend, jobId, nth) {
  const look = () => backend.told(jobId, 'Job started.')[nth];
  return until(`The start of job ${jobId}`, STEP_MS, look, () => backend.describe(jobId));
}

/** Waits for a moment of the job's life: its beginning, the writing of its end, or any between. */
async function passTime({ backend, jobs, random, jobMs, kills }, job) {
  const kind = kills % 6;
  if (kind === 0) return wait(random() * 30);
  if (kind !== 5) return wait(random() * jobMs);
  const look = async () => {
    const [status, progress] = await backend.client.hmget(jobs.hash(job), 'status', 'progress');
    return progress === 'building response' || TOO_LATE.has(status);
  };
  await until(`The end of job ${job.jobId}`, STEP_MS, look);
  await wait(random() * 15);
}

/** Kills the worker of a job while it is at work, and begins another; false where it came too late. */
async function killOnce(run, job, attempt) {
  const { backend, killed, jobs } = run;
  const { worker, at } = await workerOf(backend, job.jobId, attempt);
  await passTime(run, job);
  const isDone = backend.told(job.jobId, 'Job finished.').length > 0;
  if (isDone || run.kills >= run.wanted) return false;
  run.kills++;
  process.stderr.write(`kill ${run.kills}\n`);
  killed.add(worker);
  const killedAt = Date.now();
  void worker.stop('SIGKILL');
  await backend.startWorker();
  const status = await jobs.status(job);
  run.shares.push((killedAt - at) / run.jobMs);
  if (TOO_LATE.has(status)) return false;
  const again = await until(
    `The retaking of job ${job.jobId}`,
    STEP_MS,
    async () =>
      backend.told(job.jobId, 'Job started.')[attempt + 1] ??
      (await jobs.status(job)) === 'finished',
    () => backend.describe(job.jobId),
  );
  if (again === true) return false;
  run.retakeSeconds.push((again.at - killedAt) / 1_000);
  return true;
}

/** Follows the job until a stream ends that was not told to begin anew. */
async function follow(run, { streamUrl }, gzip) {
  for (;;) {
    const outcome = await readToEnd(`${streamUrl}?follow=1`, { gzip });
    run.tally.note('followed', outcome);
    if (outcome.code !== 'RESULT_RESTARTED') return;
  }
}

async function playJob(run) {
  const { jobs, random } = run;
  const job = await jobs.start();
  const gzip = random() < 0.5;
  const followed = follow(run, job, gzip);
  const again = (await killOnce(run, job, 0)) && random() < AGAIN;
  if (again) await killOnce(run, job, 1);
  const end = await jobs.end(job);
  run.ends.push(end);
  await followed;
  if (end.status === 'finished')
    run.tally.note('finished', await readToEnd(job.streamUrl, { gzip }));
  await jobs.remove(job);
}

async function playLane(run) {
  while (run.kills < run.wanted) await playJob(run);
}

/** How long a job takes that nobody disturbs while another is at work, ms. */
async function measureJob(backend, jobs) {
  const pair = await Promise.all([jobs.start(), jobs.start()]);
  await Promise.all(pair.map((job) => jobs.end(job)));
  const times = pair.map(({ jobId }) => {
    const [[start], [end]] = ['Job started.', 'Job finished.'].map((message) =>
      backend.told(jobId, message),
    );
    return end.at - start.at;
  });
  await Promise.all(pair.map((job) => jobs.remove(job)));
  return Math.max(...times);
}

function createRun(backend, jobs, jobMs, wanted) {
  return {
    ...{ backend, jobs, jobMs, wanted, kills: 0, random: createRandom(SEED) },
    ...{ killed: new Set(), shares: [], retakeSeconds: [], ends: [], tally: createTally(jobs) },
  };
}

function rowsOf({ kills, ends, retakeSeconds, jobs, jobMs, tally }) {
  const count = (name) => ends.filter(({ status }) => status === name).length;
  return [
    ['seed', SEED],
    ['kills', kills],
    ['jobs', ends.length],
    ['of them finished', `${summary([(100 * count('finished')) / ends.length])} %`],
    ['failed', count('failed')],
    ['left running', ends.length - count('finished') - count('failed')],
    ['results with other rows than an undisturbed one', tally.faults.length],
    ['from the kill to the retaking, s', summary(retakeSeconds)],
    ['a job undisturbed, s', summary([jobMs / 1_000])],
    ['rows of a job', jobs.rows],
    ...tally.rows(),
  ];
}

/**
 * 60 SIGKILLs of workers at random moments of their jobs, with locks of a second: every job must
 * finish with the rows of an undisturbed one, or fail, and leave nothing in the queue.
 * @throws Error where a job does not end, a result differs, or anything is left
 */
export async function workerKills({ containers = MOST_CONTAINERS, kills = KILLS } = {}) {
  const backend = await startKillBackend({
    containers: Math.min(containers, MOST_CONTAINERS),
    lockSeconds: 1,
  });
  try {
    const jobs = new KillJobs(backend);
    await jobs.prepare();
    const run = createRun(backend, jobs, await measureJob(backend, jobs), kills);
    await Promise.all(Array.from({ length: LANES }, () => playLane(run)));
    await emptied(backend);
    run.tally.check(backend.deaths(run.killed));
    const { ends, shares, retakeSeconds } = run;
    const table = { title: TITLE, heading: ['', ''], rows: rowsOf(run) };
    return { tables: [table], runs: [{ ends, shares, retakeSeconds }] };
  } finally {
    await backend.stop();
  }
}
