import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { contenderTable } from '../contest/figures.mjs';
import { pingWhile } from '../contest/pingWhile.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { startServer } from '../startProcess.mjs';
import { finished, startJob } from '../traceOverHttp.mjs';
import { EVERY_TRACE_A_JOB } from './startBackend.mjs';

const READERS = fileURLToPath(new URL('../contest/readStreams.mjs', import.meta.url));
const READERS_AT_ONCE = [1, 4, 16];
const NAME = 'the server';
const JOB_POLL_MS = 100;
const MB = 1_000_000;

async function readStreams(url, readers) {
  const child = fork(READERS, [url, String(readers)]);
  const [answer] = await once(child, 'message');
  return answer;
}

function noteWork(figures, name, { ping }) {
  for (const [what, ms] of Object.entries(ping)) figures[`${name} ${what}`] = ms;
}

async function play(server, figures) {
  const job = await startJob(server.url);
  const started = performance.now();
  noteWork(figures, 'job', await pingWhile(job.statusUrl, finished(job, JOB_POLL_MS)));
  figures.jobSeconds = (performance.now() - started) / 1_000;
  for (const readers of READERS_AT_ONCE) {
    const { result, ping } = await pingWhile(job.statusUrl, readStreams(job.streamUrl, readers));
    noteWork(figures, `${readers} readers`, { ping });
    figures[`${readers} readers MB/s`] = result.bytes / MB / result.seconds;
    figures[`${readers} readers firstByteMs`] = result.firstByteMs;
    figures.streamMb = result.bytes / readers / MB;
    figures.rows = JSON.parse(result.end.trim().split('\n').at(-1)).total_records;
  }
  figures.rowsPerSecond = figures.rows / figures.jobSeconds;
  figures.peakRssMb = server.memory().peak;
}

async function runOnce(containers) {
  const env = { ...EVERY_TRACE_A_JOB, TRACE_SYNTHETIC_CONTAINERS: String(containers) };
  const server = await startServer(env);
  const figures = {};
  try {
    await play(server, figures);
  } finally {
    await server.stop();
  }
  return figures;
}

/** A row for each kind of work, with the median and range of each of its figures. */
function workTable(title, runs, works, figures) {
  const tables = works.map((work) => {
    const columns = Object.entries(figures).map(([heading, name]) => [heading, `${work} ${name}`]);
    return contenderTable(title, runs, [NAME], Object.fromEntries(columns));
  });
  const rows = tables.map(({ rows: [[, ...cells]] }, index) => [works[index], ...cells]);
  return { title, heading: tables[0].heading, rows };
}

/** The built server in a process of its own: its job, its streams, and how it answers meanwhile. */
export async function inMemory({ rounds, containers }) {
  const runs = await playRounds([NAME], rounds, () => runOnce(containers));
  const works = READERS_AT_ONCE.map((readers) => `${readers} readers`);
  const job = {
    'job, s': 'jobSeconds',
    'rows a second': 'rowsPerSecond',
    rows: 'rows',
    'stream, MB': 'streamMb',
    'peak resident, MB': 'peakRssMb',
  };
  const throughput = { 'MB/s together': 'MB/s', 'last first byte, ms': 'firstByteMs' };
  const ping = { 'p50, ms': 'p50', 'p99, ms': 'p99', 'max, ms': 'max' };
  return {
    tables: [
      contenderTable('Job', runs, [NAME], job),
      workTable('Streams read at once', runs, works, throughput),
      workTable('Answers of the job endpoint meanwhile', runs, ['job', ...works], ping),
    ],
    runs,
  };
}
