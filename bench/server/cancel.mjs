import { figuresOf, summary } from '../contest/figures.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { startServer } from '../startProcess.mjs';
import { startJob } from '../traceOverHttp.mjs';
import { duckBackend } from './duckBackend.mjs';

const NAME = 'cancel';
const SAMPLE_MS = 10;
/** A worker that used no more than a tick of its processor for so long stands still. */
const STILL_MS = 1_000;
const TICK_S = 0.011;
const LONGEST_MS = 120_000;
/** The job is left to itself for at most so long before it is cancelled. */
const SPREAD_MS = 4_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function atWork(statusUrl) {
  const deadline = performance.now() + LONGEST_MS;
  while (performance.now() < deadline) {
    const { status } = await (await fetch(statusUrl)).json();
    if (status === 'started') return;
    await pause(SAMPLE_MS);
  }
  throw new Error('The job was not begun.');
}

/** ms from `since` until the last time at which the worker used its processor. */
async function untilStill(worker, since) {
  let used = worker.cpuSeconds();
  let moved = performance.now();
  const deadline = since + LONGEST_MS;
  while (performance.now() - moved < STILL_MS) {
    if (performance.now() > deadline) throw new Error('The worker went on.');
    await pause(SAMPLE_MS);
    const now = worker.cpuSeconds();
    if (now - used < TICK_S) continue;
    used = now;
    moved = performance.now();
  }
  return moved - since;
}

/** ms from the DELETE until the worker's log says that it has stopped. */
async function untilLogged(worker, jobId, since) {
  const isTold = (line) => line.includes(jobId) && /Job (stopped|cancelled)\./.test(line);
  while (performance.now() - since < LONGEST_MS) {
    if (worker.log().split('\n').some(isTold)) return performance.now() - since;
    await pause(SAMPLE_MS);
  }
  throw new Error('The worker never said that it has stopped.');
}

async function cancelOnce({ server, workers: [worker] }, other) {
  const { statusUrl } = await startJob(server.url);
  const { pathname } = new URL(statusUrl);
  await atWork(statusUrl);
  await pause(Math.random() * SPREAD_MS);
  const since = performance.now();
  const answer = await fetch(new URL(pathname, other.url), { method: 'DELETE' });
  if (answer.status !== 202) throw new Error(`DELETE answered ${answer.status}.`);
  const answerMs = performance.now() - since;
  const [loggedMs, stillMs] = await Promise.all([
    untilLogged(worker, pathname.split('/').at(-1), since),
    untilStill(worker, since),
  ]);
  return { answerMs, loggedMs, stillMs };
}

/** A job on DuckDB is cancelled at a server that did not take it, at any moment of its queries. */
export async function cancel({ rounds, containers }) {
  const backend = await duckBackend(containers);
  try {
    const other = await startServer(backend.settings);
    try {
      const runs = await playRounds([NAME], rounds, () => cancelOnce(backend, other));
      const of = (figure) => summary(figuresOf(runs, NAME, figure));
      const rows = [['', of('answerMs'), of('loggedMs'), of('stillMs')]];
      const heading = [
        '',
        'DELETE answered, ms',
        'worker told, ms',
        'worker stands still, ms (≤ 1000)',
      ];
      return {
        tables: [{ title: 'From DELETE to a query that has stopped', heading, rows }],
        runs,
      };
    } finally {
      await other.stop();
    }
  } finally {
    await backend.stop();
  }
}
