import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { figuresOf, median, ratio, summary } from '../contest/figures.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { chunkKeys } from './chunkKeys.mjs';
import { readStream } from './readStream.mjs';
import { storedTrace } from './storedTrace.mjs';

const CONTENDERS = fileURLToPath(new URL('./contenders.mjs', import.meta.url));
const [PLAIN, COMPRESSED, INFLATED] = ['plain', 'compressed', 'compressed chunks, plain body'];
const [SERIALISING, GETS] = ['parsed and serialised again', 'GET of every chunk, dropped'];

async function startContenders({ redis, statusUrl }) {
  const child = fork(CONTENDERS, [redis.url, statusUrl]);
  const ask = async (question) => {
    const answer = once(child, 'message');
    if (question) child.send(question);
    return (await answer)[0];
  };
  const { url } = await ask();
  return { url, getAndDrop: () => ask('get'), stop: () => child.disconnect() };
}

/** Bytes of a result's chunks as Redis holds them, MB. */
async function storedMb({ redis, statusUrl }) {
  const client = new Redis(redis.url);
  const keys = await chunkKeys(client, statusUrl);
  const lengths = await Promise.all(keys.map((key) => client.strlen(key)));
  client.disconnect();
  return lengths.reduce((sum, length) => sum + length, 0) / 1e6;
}

/** A stream of the server: its bytes, its time, and the processor time that it cost the server. */
async function ofServer({ server, streamUrl }, gzip) {
  const before = server.cpuSeconds();
  const { bytes, seconds } = await readStream(streamUrl, { gzip });
  return { bytes, seconds, cpuSeconds: server.cpuSeconds() - before };
}

/** Reads each contender once a round; the first round of each warms it up and does not count. */
async function play(rounds, plain, compressed) {
  const contenders = await startContenders(plain);
  const play = {
    [PLAIN]: () => ofServer(plain, false),
    [COMPRESSED]: () => ofServer(compressed, true),
    [INFLATED]: () => ofServer(compressed, false),
    [SERIALISING]: () => readStream(contenders.url),
    [GETS]: () => contenders.getAndDrop(),
  };
  const runs = await playRounds(Object.keys(play), rounds + 1, async (name) => {
    const figures = await play[name]();
    return { ...figures, mbPerSecond: figures.bytes / 1e6 / figures.seconds };
  });
  contenders.stop();
  return runs.filter(({ round }) => round > 0);
}

function tablesOf(runs, stored) {
  const of = (name, figure) => summary(figuresOf(runs, name, figure));
  const mb = (name) => (median(figuresOf(runs, name, 'bytes')) / 1e6).toFixed(1);
  const streams = [PLAIN, COMPRESSED, INFLATED, SERIALISING, GETS].map((name) => [
    name,
    of(name, 'mbPerSecond'),
    of(name, 'seconds'),
    of(name, 'cpuSeconds'),
    mb(name),
  ]);
  const bars = [
    [`${PLAIN} over ${SERIALISING}`, '≥ 6', ratio(runs, 'mbPerSecond', PLAIN, SERIALISING)],
    [`${PLAIN} over ${GETS}`, '≥ 0.45', ratio(runs, 'mbPerSecond', PLAIN, GETS)],
    ['bytes in Redis, plain over compressed', '≥ 7', (stored.plain / stored.compressed).toFixed(2)],
    ['bytes on the wire, plain over compressed', '≥ 7', (mb(PLAIN) / mb(COMPRESSED)).toFixed(2)],
    ['processor time, compressed over plain', '≤ 1', ratio(runs, 'cpuSeconds', COMPRESSED, PLAIN)],
  ];
  return [
    {
      title: 'A stored result read at full speed',
      heading: ['', 'MB/s', 'seconds', "server's processor, s", 'MB'],
      rows: streams,
    },
    { title: 'What that makes', heading: ['', 'aim', 'measured'], rows: bars },
  ];
}

/** How fast a result comes from Redis, plain and compressed, beside other ways to send it. */
export async function throughput({ rounds, containers }) {
  const plain = await storedTrace(containers, 'json');
  let compressed;
  try {
    compressed = await storedTrace(containers, 'deflate');
    const runs = await play(rounds, plain, compressed);
    const stored = { plain: await storedMb(plain), compressed: await storedMb(compressed) };
    return { tables: tablesOf(runs, stored), runs };
  } finally {
    await plain.stop();
    await compressed?.stop();
  }
}
