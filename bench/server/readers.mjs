import { summary } from '../contest/figures.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { mostWhile } from './mostWhile.mjs';
import { readStream } from './readStream.mjs';
import { storedTrace } from './storedTrace.mjs';

const BODIES = ['plain', 'compressed'];
const FAST_READERS = 8;
const SLOW_READERS = 2;
const SLOW_BYTES_PER_SECOND = 1_000_000;
/** How long the slow ones go on at most: the fast ones are long done by then. */
const SLOW_SECONDS = 60;
const REST_MS = 5_000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function play(trace, gzip) {
  const { server, streamUrl } = trace;
  const { bytes } = await readStream(streamUrl, { gzip });
  await wait(REST_MS);
  const before = server.memory().rss;
  const slow = { gzip, bytesPerSecond: SLOW_BYTES_PER_SECOND, seconds: SLOW_SECONDS };
  const reading = Promise.all([
    ...Array.from({ length: FAST_READERS }, () => readStream(streamUrl, { gzip })),
    ...Array.from({ length: SLOW_READERS }, () => readStream(streamUrl, slow)),
  ]);
  const most = await mostWhile(server, reading);
  const fast = (await reading).slice(0, FAST_READERS);
  if (fast.some((reader) => reader.bytes !== bytes)) throw new Error('A reader got less than all.');
  return { streamMb: bytes / 1e6, before, most, growth: most - before };
}

/** Memory of a server while ten readers take one result, two of them slowly. */
export async function readers({ rounds, containers }) {
  const runs = await playRounds(BODIES, rounds, async (body) => {
    const trace = await storedTrace(containers, body === 'plain' ? 'json' : 'deflate');
    try {
      return await play(trace, body === 'compressed');
    } finally {
      await trace.stop();
    }
  });
  const rows = BODIES.map((body) => {
    const figures = (name) =>
      summary(runs.filter((run) => run.contender === body).map((run) => run[name]));
    return [
      body,
      figures('streamMb'),
      figures('before'),
      figures('most'),
      figures('growth'),
      '≤ 64',
    ];
  });
  const heading = ['body', 'stream, MB', 'server before, MB', 'at most, MB', 'growth, MB', 'aim'];
  return {
    tables: [{ title: 'Ten readers of one result, two of them at 1 MB/s', heading, rows }],
    runs,
  };
}
