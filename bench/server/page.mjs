import { Redis } from 'ioredis';
import { median, ratio, summary } from '../contest/figures.mjs';
import { playRounds } from '../contest/playRounds.mjs';
import { storedTrace } from './storedTrace.mjs';

const LIMIT = 5_000;
const DEEP_OFFSET = 1_002_500;
const PAGES_A_ROUND = 10;

async function commandsUsed(redis, name) {
  const stats = await redis.info('commandstats');
  return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

/** Milliseconds that a page takes (median of some), its rows, and the chunks that it reads. */
async function readPages({ statusUrl }, redis, offset) {
  const url = `${statusUrl}/result?domain=upstream_history&offset=${offset}&limit=${LIMIT}`;
  const took = [];
  const readBefore = await commandsUsed(redis, 'get');
  for (let read = 0; read < PAGES_A_ROUND; read++) {
    const started = performance.now();
    const { results } = await (await fetch(url)).json();
    took.push(performance.now() - started);
    if (results.upstream_history.count !== LIMIT) throw new Error(`${url} is not a full page.`);
  }
  const gets = ((await commandsUsed(redis, 'get')) - readBefore) / PAGES_A_ROUND;
  return { ms: median(took), gets };
}

/** A page at the start of a result and one near its end. */
export async function page({ rounds, containers }) {
  const trace = await storedTrace(containers, 'deflate');
  const redis = new Redis(trace.redis.url);
  const offsets = { first: 0, deep: DEEP_OFFSET };
  try {
    const runs = await playRounds(Object.keys(offsets), rounds, (name) =>
      readPages(trace, redis, offsets[name]),
    );
    const of = (name, figure) =>
      summary(runs.filter((run) => run.contender === name).map((run) => run[figure]));
    const rows = Object.entries(offsets).map(([name, offset]) => [
      `offset ${offset.toLocaleString('en-US')}`,
      of(name, 'ms'),
      of(name, 'gets'),
    ]);
    rows.push(['deep over first (≤ 1.2)', ratio(runs, 'ms', 'deep', 'first'), '']);
    const heading = ['', 'ms', 'values read from Redis'];
    return { tables: [{ title: `Pages of ${LIMIT} rows`, heading, rows }], runs };
  } finally {
    redis.disconnect();
    await trace.stop();
  }
}
