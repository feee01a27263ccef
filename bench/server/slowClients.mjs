import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, summary } from '../contest/figures.mjs';
import { mostWhile } from './mostWhile.mjs';
import { readStream } from './readStream.mjs';
import { storedTrace } from './storedTrace.mjs';

const PEERS = fileURLToPath(new URL('./slowPeersProcess.mjs', import.meta.url));
const CONNECTIONS = 500;
const OTHER_ADDRESS = '127.0.0.2';
/** All must be connected, ms. */
const CONNECT_MS = 8_000;
/** Then the kernel's buffers fill, some MB a reader: the server rests once all readers wait, and not later than that, ms. */
const FILL_MS = 60_000;
const LOOK_MS = 2_000;
const RESTING_SHARE = 0.1;
const REST_MS = 5_000;
/** How long honest streams are measured at least beside the slow ones, ms. */
const HELD_MS = 60_000;
const READS = {
  'one reader': { readers: 1, gzip: true },
  '4 readers at once': { readers: 4, gzip: true },
  'one reader, plain body': { readers: 1, gzip: false },
};
const [ALONE, BESIDE] = ['alone', `beside ${CONNECTIONS} slow connections`];
/** One address may have as many sessions as it says, so that each of the slow ones is let in. */
const EVERY_SESSION = {
  TRACE_SESSIONS_PER_ADDRESS: '1000',
  TRACE_STREAMS_PER_CLIENT: '16',
};
const DEFAULT_STREAMS = { TRACE_STREAMS_PER_CLIENT: '6' };
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function startPeers() {
  const child = fork(PEERS, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ask = async (message) => {
    const answer = once(child, 'message');
    child.send(message);
    return (await answer)[0];
  };
  return {
    open: ({ server, streamUrl }) =>
      ask({ open: { count: CONNECTIONS, url: server.url, streamUrl } }),
    end: () => ask({ end: true }),
    stop: () => child.disconnect(),
  };
}

/** Reads the stream so many times at once; MB/s of all readers together, as MB of the body on the wire. */
async function readAtOnce(streamUrl, { readers, gzip }, localAddress) {
  const started = performance.now();
  const read = await Promise.all(
    Array.from({ length: readers }, () => readStream(streamUrl, { gzip, localAddress })),
  );
  const seconds = (performance.now() - started) / 1_000;
  const bytes = read.reduce((sum, reader) => sum + reader.bytes, 0);
  return { seconds, bytes, mbPerSecond: bytes / 1e6 / seconds };
}

/** Reads for a while in each way in turn, and gives the median speeds. */
async function honestSpeeds({ streamUrl }, localAddress, forMs) {
  const speeds = new Map(Object.keys(READS).map((way) => [way, []]));
  const until = performance.now() + forMs;
  do {
    for (const [way, all] of speeds) {
      const { mbPerSecond } = await readAtOnce(streamUrl, READS[way], localAddress);
      all.push(mbPerSecond);
    }
  } while (performance.now() < until);
  return Object.fromEntries([...speeds].map(([way, all]) => [way, median(all)]));
}

/** Waits until the server works on nothing any more; resolves with the seconds which that took. */
async function restOf(server) {
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  await wait(CONNECT_MS);
  while (elapsed() < FILL_MS) {
    const before = server.cpuSeconds();
    await wait(LOOK_MS);
    if (server.cpuSeconds() - before < (RESTING_SHARE * LOOK_MS) / 1_000) break;
  }
  return elapsed() / 1_000;
}

/** The mean of two measurements of the same ways. */
const between = (before, after) =>
  Object.fromEntries(Object.keys(READS).map((way) => [way, (before[way] + after[way]) / 2]));

/** Alone, beside the slow ones, alone again: a machine that gets slower meanwhile is not their doing. */
async function playRound(trace, peers) {
  const { server } = trace;
  const alone = async () => {
    const speeds = await honestSpeeds(trace, OTHER_ADDRESS, HELD_MS / 4);
    await wait(REST_MS);
    return speeds;
  };
  const before = await alone();
  const idle = server.memory().rss;
  await peers.open(trace);
  async function hold() {
    const fillSeconds = await restOf(server);
    const settled = server.memory().rss - idle;
    const other = await honestSpeeds(trace, OTHER_ADDRESS, HELD_MS / 2);
    const same = await honestSpeeds(trace, undefined, HELD_MS / 2);
    const after = server.memory().rss - idle;
    return { fillSeconds, settled, other, same, after };
  }
  const held = hold();
  const most = await mostWhile(server, held);
  const tally = await peers.end();
  await wait(REST_MS);
  const speeds = { alone: between(before, await alone()), ...(await held) };
  return { idle, ...speeds, growth: most - idle, tally };
}

/** What happens to honest clients of the same and of another address where nothing is loosened. */
async function byDefault(containers) {
  const trace = await storedTrace(containers, 'deflate', DEFAULT_STREAMS);
  const peers = await startPeers();
  try {
    await peers.open(trace);
    await wait(CONNECT_MS);
    const statusOf = async (localAddress) => {
      const { status } = await readStream(trace.streamUrl, { gzip: true, localAddress });
      return status;
    };
    const statuses = { other: await statusOf(OTHER_ADDRESS), same: await statusOf(undefined) };
    return { ...statuses, tally: await peers.end() };
  } finally {
    peers.stop();
    await trace.stop();
  }
}

async function withEverySession(rounds, containers) {
  const trace = await storedTrace(containers, 'deflate', EVERY_SESSION);
  const peers = await startPeers();
  try {
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      const run = await playRound(trace, peers);
      process.stderr.write(`round ${round + 1}/${rounds} ${JSON.stringify(run)}\n`);
      runs.push(run);
    }
    return { peak: trace.server.memory().peak, runs };
  } finally {
    peers.stop();
    await trace.stop();
  }
}

function speedRows(runs) {
  return Object.keys(READS).flatMap((way) => {
    const of = (where) => summary(runs.map((run) => run[where][way]));
    const shares = (where) => summary(runs.map((run) => (100 * run[where][way]) / run.alone[way]));
    return [
      [way, ALONE, of('alone'), ''],
      [way, `${BESIDE}, another address`, of('other'), shares('other')],
      [way, `${BESIDE}, the same address`, of('same'), shares('same')],
    ];
  });
}

/** Honest readers beside 500 connections that send or read a byte a second, and the server's memory. */
export async function slowClients({ rounds, containers }) {
  const { peak, runs } = await withEverySession(rounds, containers);
  const refused = await byDefault(containers);
  const of = (figure) => summary(runs.map((run) => run[figure]));
  const tables = [
    {
      title: 'Honest streams beside slow connections',
      heading: ['', '', 'MB/s of the body', 'of the speed alone, % (≥ 80)'],
      rows: speedRows(runs),
    },
    {
      title: 'Memory of the server',
      heading: [
        'warm idle, MB',
        'growth at most, MB (≤ 200)',
        'while all wait, MB',
        'while others are served, MB',
        'VmHWM, MB',
        'until all wait, s',
      ],
      rows: [
        [of('idle'), of('growth'), of('settled'), of('after'), summary([peak]), of('fillSeconds')],
      ],
    },
    {
      title: 'With the default limits: an honest stream meanwhile',
      heading: ['from another address', "from the slow ones' address"],
      rows: [[refused.other, refused.same]],
    },
  ];
  return { tables, runs: { peak, runs, refused } };
}
