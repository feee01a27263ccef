import { median } from '../contest/figures.mjs';
import { startKillBackend } from './killBackend.mjs';
import { emptied, KillJobs } from './killJobs.mjs';
import { readToEnd } from './killStream.mjs';
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
  const look = () => backend.starts(jobId)[nth];
  const fields = () => backend.workers.map(({ logged }) => logged.slice(-3));
  return until(`The start of job ${jobId}`, STEP_MS, look, fields);
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
  const done = worker.logged.some(
    (line) => line.jobId === job.jobId && line.message === 'Job finished.',
  );
  if (done || run.kills >= run.wanted) return false;
  run.kills++;
  killed.add(worker);
  const killedAt = Date.now();
  worker.signal('SIGKILL');
  await backend.startWorker();
  const status = await jobs.status(job);
  run.moments.push({ share: (killedAt - at) / run.jobMs });
  if (TOO_LATE.has(status)) return false;
  const again = await until(
    `The retaking of job ${job.jobId}`,
    STEP_MS,
    async () => backend.starts(job.jobId)[attempt + 1] ?? (await jobs.status(job)) === 'finished',
    () => backend.client.hgetall(jobs.hash(job)),
  );
  if (again === true) return false;
  run.retakeSeconds.push((again.at - killedAt) / 1_000);
  return true;
}

/** Follows the job until a stream ends that was not told to begin anew. */
async function follow(run, { streamUrl }, gzip) {
  for (;;) {
    const outcome = await readToEnd(`${streamUrl}?follow=1`, { gzip });
    run.note('followed', outcome);
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
  if (end === 'finished') run.note('finished', await readToEnd(job.streamUrl, { gzip }));
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
    const [{ worker, at }] = backend.starts(jobId);
    const end = worker.logged.find(
      (line) => line.jobId === jobId && line.message === 'Job finished.',
    );
    return Date.parse(end.time) - at;
  });
  await Promise.all(pair.map((job) => jobs.remove(job)));
  return Math.max(...times);
}

function createRun(backend, jobs, jobMs, wanted) {
  const run = {
    ...{ backend, jobs, jobMs, wanted, kills: 0, random: createRandom(SEED) },
    ...{ killed: new Set(), moments: [], retakeSeconds: [], ends: [], streams: {}, faults: [] },
    note(kind, outcome) {
      const name = `${kind}: ${outcome.end}${outcome.code ? ` ${outcome.code}` : ''}`;
      run.streams[name] = (run.streams[name] ?? 0) + 1;
      if (!jobs.isHonest(outcome)) run.faults.push({ kind, ...outcome });
    },
  };
  return run;
}

function tableOf(run) {
  const count = (end) => run.ends.filter((other) => other === end).length;
  const finished = count('finished');
  const left = run.ends.length - finished - count('failed');
  return {
    title: TITLE,
    heading: ['', ''],
    rows: [
      ['seed', SEED],
      ['kills', run.kills],
      ['jobs', run.ends.length],
      ['finished, %', (100 * finished) / run.ends.length],
      ['failed', count('failed')],
      ['left running', left],
      ['results whose rows differ, or streams without an end', run.faults.length],
      ['until the job is retaken, s (median)', median(run.retakeSeconds)],
      ['until the job is retaken, s (most)', Math.max(...run.retakeSeconds)],
      ['rows of a job', run.jobs.rows],
      ['a job undisturbed, s', run.jobMs / 1_000],
      ...Object.entries(run.streams).map(([name, times]) => [`streams, ${name}`, times]),
    ],
    runs: [{ ends: run.ends, moments: run.moments, retakeSeconds: run.retakeSeconds }],
  };
}

/**
 * 60 SIGKILLs of workers at random moments of their jobs, with locks of a second: every job must
 * finish with the rows of an undisturbed one, or fail, and leave nothing in the queue.
 * @throws Error where a job does not end, a result differs, or anything is left
 */
export async function workerKills({ containers = MOST_CONTAINERS, kills = KILLS } = {}) {
  const backend = await startKillBackend({ containers: Math.min(containers, MOST_CONTAINERS) });
  try {
    const jobs = new KillJobs(backend);
    await jobs.prepare();
    const run = createRun(backend, jobs, await measureJob(backend, jobs), kills);
    await Promise.all(Array.from({ length: LANES }, () => playLane(run)));
    await emptied(backend);
    run.faults.push(...backend.deaths(run.killed));
    if (run.faults.length > 0) throw new Error(JSON.stringify(run.faults, null, 1));
    return tableOf(run);
  } finally {
    await backend.stop();
  }
}
