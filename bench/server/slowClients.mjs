import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { figuresOf, median, summary } from '../contest/figures.mjs';
import { mostWhile } from './mostWhile.mjs';
import { readStream } from './readStream.mjs';
import { storedTrace } from './storedTrace.mjs';

const PEERS = fileURLToPath(new URL('./slowPeersProcess.mjs', import.meta.url));
const CONNECTIONS = 500;
const OTHER_ADDRESS = '127.0.0.2';
/** All must be connected, and the readers among them have begun to wait, ms. */
const SETTLE_MS = 8_000;
const REST_MS = 5_000;
/** How long the slow ones are held at least in a round, ms. */
const HELD_MS = 60_000;
const AT_ONCE = [1, 4];
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
async function readAtOnce(streamUrl, readers, localAddress) {
  const started = performance.now();
  const read = await Promise.all(
    Array.from({ length: readers }, () => readStream(streamUrl, { gzip: true, localAddress })),
  );
  const seconds = (performance.now() - started) / 1_000;
  const bytes = read.reduce((sum, reader) => sum + reader.bytes, 0);
  return { seconds, bytes, mbPerSecond: bytes / 1e6 / seconds };
}

/** Reads for a while, one reader and four, and gives the median speeds. */
async function honestSpeeds({ streamUrl }, localAddress, forMs) {
  const speeds = new Map(AT_ONCE.map((readers) => [readers, []]));
  const until = performance.now() + forMs;
  do {
    for (const readers of AT_ONCE) {
      const { mbPerSecond } = await readAtOnce(streamUrl, readers, localAddress);
      speeds.get(readers).push(mbPerSecond);
    }
  } while (performance.now() < until);
  return Object.fromEntries([...speeds].map(([readers, all]) => [`of${readers}`, median(all)]));
}

async function playRound(trace, peers, idle) {
  const alone = await honestSpeeds(trace, OTHER_ADDRESS, HELD_MS / 4);
  await peers.open(trace);
  const held = async () => {
    await wait(SETTLE_MS);
    const other = await honestSpeeds(trace, OTHER_ADDRESS, (HELD_MS - SETTLE_MS) / 2);
    const same = await honestSpeeds(trace, undefined, (HELD_MS - SETTLE_MS) / 2);
    return { other, same };
  };
  const work = held();
  const most = await mostWhile(trace.server, work);
  const tally = await peers.end();
  await wait(REST_MS);
  return { alone, ...(await work), growth: most - idle, tally };
}

/** What happens to honest clients of the same and of another address where nothing is loosened. */
async function byDefault(containers) {
  const trace = await storedTrace(containers, 'deflate', DEFAULT_STREAMS);
  const peers = await startPeers();
  try {
    await peers.open(trace);
    await wait(SETTLE_MS);
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
    await honestSpeeds(trace, OTHER_ADDRESS, REST_MS);
    await wait(REST_MS);
    const idle = trace.server.memory().rss;
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      const run = await playRound(trace, peers, idle);
      process.stderr.write(`round ${round + 1}/${rounds} ${JSON.stringify(run)}\n`);
      runs.push(run);
    }
    return { idle, peak: trace.server.memory().peak, runs };
  } finally {
    peers.stop();
    await trace.stop();
  }
}

function speedRows(runs) {
  return AT_ONCE.flatMap((readers) => {
    const of = (where) => runs.map((run) => run[where][`of${readers}`]);
    const shares = (where) =>
      runs.map((run) => (100 * run[where][`of${readers}`]) / run.alone[`of${readers}`]);
    const name = readers === 1 ? 'one reader' : `${readers} readers at once`;
    return [
      [name, ALONE, summary(of('alone')), ''],
      [name, `${BESIDE}, another address`, summary(of('other')), summary(shares('other'))],
      [name, `${BESIDE}, the same address`, summary(of('same')), summary(shares('same'))],
    ];
  });
}

/** Honest readers beside 500 connections that send or read a byte a second, and the server's memory. */
export async function slowClients({ rounds, containers }) {
  const { idle, peak, runs } = await withEverySession(rounds, containers);
  const refused = await byDefault(containers);
  const growths = summary(
    figuresOf(
      runs.map((run) => ({ ...run, contender: '' })),
      '',
      'growth',
    ),
  );
  const tables = [
    {
      title: 'Honest streams beside slow connections',
      heading: ['', '', 'MB/s (gzip)', 'of the speed alone, % (≥ 80)'],
      rows: speedRows(runs),
    },
    {
      title: 'Memory of the server',
      heading: ['warm idle, MB', 'growth at most, MB (≤ 200)', 'VmHWM, MB'],
      rows: [[summary([idle]), growths, summary([peak])]],
    },
    {
      title: 'With the default limits: an honest stream meanwhile',
      heading: ['from another address', "from the slow ones' address"],
      rows: [[refused.other, refused.same]],
    },
  ];
  return { tables, runs: { idle, peak, runs, refused } };
}
