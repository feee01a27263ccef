import { median } from '../contest/figures.mjs';
import { startKillBackend } from './killBackend.mjs';
import { watchAof } from './killFile.mjs';
import { emptied, KillJobs } from './killJobs.mjs';
import { readToEnd } from './killStream.mjs';
import { createRandom, until, wait } from './killTools.mjs';

const TITLE = 'SIGKILLs of Redis';
const SEED = 20_261_122;
const KILLS = 20;
const MOST_CONTAINERS = 5_000;
/** Two of them are at work, one waits. */
const JOBS_A_ROUND = 3;
/** Kills fall somewhere in the first so many ms of the jobs. */
const LIFE_MS = 4_000;
const MOST_DOWN_MS = 2_000;
const READY_MS = 15_000;
const SLOW_MS = 15;
/** What happens to the append-only file; a power failure takes the last second of everysec. */
const KINDS = ['everysec', 'power failure', 'everysec', 'always'];

/** Streams of a round and what came of them. */
function openStreams(run, kept, jobs) {
  const open = (kind, url, how) => readToEnd(url, how).then((outcome) => run.note(kind, outcome));
  const followed = jobs.map(({ streamUrl }, i) =>
    open('followed', `${streamUrl}?follow=1`, { gzip: i % 2 === 1 }),
  );
  return {
    followed,
    finished: () => [
      open('finished', kept.streamUrl, { pauseMs: SLOW_MS }),
      open('finished', kept.streamUrl, { gzip: true }),
    ],
  };
}

/** Whatever is asked while Redis is away is answered; a job that is taken all the same counts. */
async function askMeanwhile({ jobs, statuses }, [job]) {
  const started = performance.now();
  const [taken, status] = await Promise.all([jobs.start(), jobs.status(job)]);
  statuses.push({ status, taken: taken !== null, ms: performance.now() - started });
  return taken;
}

async function restart({ backend, random }, kind, aof) {
  await backend.redis.kill();
  aof.stop();
  const lostBytes = kind === 'power failure' ? await aof.lose(random()) : 0;
  await wait(random() * MOST_DOWN_MS);
  const startedAt = performance.now();
  await backend.redis.restart();
  return { lostBytes, loadSeconds: (performance.now() - startedAt) / 1_000 };
}

/** Seconds from when Redis answers again to when the server does. */
async function untilReady({ backend, jobs }, job) {
  const startedAt = performance.now();
  const look = async () => {
    const { ok } = await fetch(`${backend.server.url}healthz`);
    return ok && (await jobs.status(job)) !== 'unknown';
  };
  await until('The answers of the server', READY_MS, look, () =>
    backend.server.log().slice(-2_000),
  );
  return (performance.now() - startedAt) / 1_000;
}

async function startJobs({ jobs }) {
  const started = [];
  for (let i = 0; i < JOBS_A_ROUND; i++) started.push(await jobs.start());
  if (started.includes(null)) throw new Error('A job was refused with Redis there.');
  return started;
}

/** The last of the jobs that finished stays for the streams of the next round; the others go. */
async function settle({ jobs, ends, note }, kept, all) {
  let next = kept;
  for (const job of all) {
    const end = await jobs.end(job);
    ends.push(end);
    if (end === 'finished') {
      note('afterwards', await readToEnd(job.streamUrl));
      note('afterwards', await readToEnd(job.streamUrl, { gzip: true }));
      await jobs.remove(next);
      next = job;
    }
  }
  return next;
}

async function playRound(run, kept, round) {
  const { backend, random } = run;
  const kind = KINDS[round % KINDS.length];
  await backend.client.config('SET', 'appendfsync', kind === 'always' ? 'always' : 'everysec');
  const aof = watchAof(backend.redis.dir);
  const jobs = await startJobs(run);
  const streams = openStreams(run, kept, jobs);
  await wait(random() * LIFE_MS);
  const finished = streams.finished();
  await wait(random() * 150);
  const restarted = restart(run, kind, aof);
  const [taken, figures] = await Promise.all([askMeanwhile(run, jobs), restarted]);
  const readySeconds = await untilReady(run, jobs[0]);
  await Promise.all([...streams.followed, ...finished]);
  const next = await settle(run, kept, taken ? [...jobs, taken] : jobs);
  run.rounds.push({ kind, readySeconds, ...figures, ends: run.ends.slice(-JOBS_A_ROUND) });
  run.faults.push(...backend.deaths());
  return next;
}

function createRun(backend, jobs) {
  const run = {
    ...{ backend, jobs, random: createRandom(SEED) },
    ...{ rounds: [], ends: [], statuses: [], streams: {}, faults: [] },
    note(kind, outcome) {
      const name = `${kind}: ${outcome.end}${outcome.code ? ` ${outcome.code}` : ''}`;
      run.streams[name] = (run.streams[name] ?? 0) + 1;
      if (!jobs.isHonest(outcome)) run.faults.push({ kind, ...outcome });
    },
  };
  return run;
}

function tableOf({ rounds, ends, streams, statuses, faults, jobs }) {
  const ready = rounds.map(({ readySeconds }) => readySeconds);
  const count = (end) => ends.filter((other) => other === end).length;
  const kinds = [...new Set(KINDS)].map((kind) => [
    `of them ${kind}`,
    rounds.filter((round) => round.kind === kind).length,
  ]);
  return {
    title: TITLE,
    heading: ['', ''],
    rows: [
      ['seed', SEED],
      ['kills and restarts', rounds.length],
      ...kinds,
      ['jobs', ends.length],
      ...['finished', 'failed', 'forgotten'].map((end) => [end, count(end)]),
      ['rows of a job', jobs.rows],
      [
        'results shown as whole that are not, streams without an end, dead processes',
        faults.length,
      ],
      ['until the server answers again, s (median)', median(ready)],
      ['until the server answers again, s (most)', Math.max(...ready)],
      ['answers while Redis is away, s (most)', Math.max(...statuses.map(({ ms }) => ms)) / 1_000],
      ...Object.entries(streams).map(([name, times]) => [`streams, ${name}`, times]),
    ],
    runs: rounds,
  };
}

/**
 * 20 SIGKILLs and restarts of a Redis with an append-only file during jobs and streams: every job
 * must end, every stream be whole or say that it is not, and no other process die.
 * @throws Error where one does not
 */
export async function redisKills({ containers = MOST_CONTAINERS, kills = KILLS } = {}) {
  const backend = await startKillBackend({
    containers: Math.min(containers, MOST_CONTAINERS),
    redis: { aof: true },
  });
  try {
    const jobs = new KillJobs(backend);
    await jobs.prepare();
    const run = createRun(backend, jobs);
    let kept = await jobs.start();
    await jobs.end(kept);
    for (let round = 0; round < kills; round++) kept = await playRound(run, kept, round);
    await jobs.remove(kept);
    await emptied(backend);
    if (run.faults.length > 0) throw new Error(JSON.stringify(run.faults, null, 1));
    return tableOf(run);
  } finally {
    await backend.stop();
  }
}
