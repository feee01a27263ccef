import { summary } from '../contest/figures.mjs';
import { startKillBackend } from './killBackend.mjs';
import { watchAof } from './killFile.mjs';
import { emptied, KillJobs } from './killJobs.mjs';
import { readToEnd } from './killStream.mjs';
import { createTally } from './killTally.mjs';
import { createRandom, until, wait } from './killTools.mjs';

const TITLE = 'SIGKILLs of Redis';
const ENDS = ['finished', 'failed', 'forgotten'];
const SEED = 20_261_122;
const KILLS = 20;
const MOST_CONTAINERS = 4_000;
/** Two of them are at work, one waits. */
const JOBS_A_ROUND = 3;
/** Kills fall somewhere in the first so many ms of the jobs. */
const LIFE_MS = 3_000;
const MOST_DOWN_MS = 2_000;
/** A worker keeps its jobs while Redis is away. */
const LOCK_SECONDS = 10;
const READY_MS = 15_000;
const SLOW_MS = 15;
/** What happens to the append-only file; a power failure takes the last second of everysec. */
const KINDS = ['everysec', 'power failure', 'always', 'power failure'];

/** Streams of a round and what came of them. */
function openStreams(run, kept, jobs) {
  const open = (kind, url, how) =>
    readToEnd(url, how).then((outcome) => run.tally.note(kind, outcome));
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
async function askMeanwhile({ jobs, answerMs }, [job]) {
  const started = performance.now();
  const [taken] = await Promise.all([jobs.start(), jobs.status(job)]);
  answerMs.push(performance.now() - started);
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
async function settle({ jobs, tally }, kept, all) {
  let next = kept;
  const ends = [];
  for (const job of all) {
    const end = await jobs.end(job);
    ends.push(end);
    if (end.status === 'finished') {
      tally.note('afterwards', await readToEnd(job.streamUrl));
      tally.note('afterwards', await readToEnd(job.streamUrl, { gzip: true }));
      await jobs.remove(next);
      next = job;
    }
  }
  return { next, ends };
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
  const { next, ends } = await settle(run, kept, taken ? [...jobs, taken] : jobs);
  run.rounds.push({ kind, readySeconds, ...figures, ends });
  process.stderr.write(`kill ${round + 1}, ${kind}\n`);
  return next;
}

function tablesOf({ rounds, answerMs, jobs, tally }) {
  const kinds = [...new Set(KINDS)].map((kind) => {
    const own = rounds.filter((round) => round.kind === kind);
    const ends = own.flatMap((round) => round.ends);
    const count = (name) => ends.filter(({ status }) => status === name).length;
    return [kind, own.length, ends.length, ...ENDS.map(count)];
  });
  const rows = [
    ['seed', SEED],
    ['results shown as whole that are not, or streams without an end', tally.faults.length],
    [
      'from the answers of Redis to those of the server, s',
      summary(rounds.map(({ readySeconds }) => readySeconds)),
    ],
    ['an answer while Redis is away, s', summary(answerMs.map((ms) => ms / 1_000))],
    ['rows of a job', jobs.rows],
    ...tally.rows(),
  ];
  return [
    { title: TITLE, heading: ['its file', 'kills', 'jobs', ...ENDS], rows: kinds },
    { title: `${TITLE}: streams and answers`, heading: ['', ''], rows },
  ];
}

/**
 * 20 SIGKILLs and restarts of a Redis with an append-only file during jobs and streams: every job
 * must end, every stream be whole or say that it is not, and no other process die.
 * @throws Error where one does not
 */
export async function redisKills({ containers = MOST_CONTAINERS, kills = KILLS } = {}) {
  const backend = await startKillBackend({
    containers: Math.min(containers, MOST_CONTAINERS),
    lockSeconds: LOCK_SECONDS,
    redis: { aof: 'everysec' },
  });
  try {
    const jobs = new KillJobs(backend);
    await jobs.prepare();
    const run = { backend, jobs, random: createRandom(SEED), tally: createTally(jobs) };
    Object.assign(run, { rounds: [], answerMs: [] });
    let kept = await jobs.start();
    await jobs.end(kept);
    for (let round = 0; round < kills; round++) kept = await playRound(run, kept, round);
    await jobs.remove(kept);
    await emptied(backend);
    run.tally.check(backend.deaths());
    return { tables: tablesOf(run), runs: run.rounds };
  } finally {
    await backend.stop();
  }
}
