import { parseArgs } from 'node:util';
import type { ChaosTrace } from './ChaosTrace.js';
import { cutEverywhere } from './cutEverywhere.js';
import { makeGivenTraces } from './givenTraces.js';
import { type ChaosRun, holdChaos } from './holdChaos.js';
import { startRedisTraces } from './redisTraces.js';
import { tellRun, tellTraces } from './tellRun.js';

const BATCH_SIZE = 3;
/** Batches of each domain, and containers that make about as many in the real server. */
const CHAOS_SIZE = { batches: 40, containers: 25 };
/** Streams of about 20 kB. */
const CUT_SIZE = { batches: 15, containers: 2 };
/** Of the runs whose faults fit the budget of tries. */
const LEAST_SHARE = 0.99;
const MOST_TOLD = 20;
const TOLD_EVERY = 500;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** One run, or one position of the cuts, alone. */
    only: { type: 'string' },
    server: { type: 'string', default: 'given,redis' },
    cuts: { type: 'boolean', default: false },
    /** Of the cuts: each so many bytes. */
    every: { type: 'string', default: '1' },
  },
});
const [runs, seed, every] = [values.runs, values.seed, values.every].map(Number) as [
  number,
  number,
  number,
];
const only = values.only === undefined ? undefined : Number(values.only);

const write = (text: string) => void process.stdout.write(text);
const secondsSince = (since: number) => ((performance.now() - since) / 1000).toFixed(0);

/** Runs against one server; whether every bar was met. */
async function holdOn(server: string, traces: readonly ChaosTrace[]): Promise<boolean> {
  const since = performance.now();
  const onRun = ({ run }: ChaosRun) => {
    if ((run + 1) % TOLD_EVERY === 0) process.stderr.write(`${server}: ${run + 1} of ${runs}\n`);
  };
  const tally = await holdChaos({ traces, runs, seed, only, onRun });
  const time = secondsSince(since);
  write(`\n## ${server}: ${tally.runs} runs, seed ${seed}, ${time} s\n\n${tally.toText()}`);
  const isShort = tally.fitShare < LEAST_SHARE;
  const told = isShort || only !== undefined ? tally.unfinished : [];
  const again = `npm run chaos -- --seed ${seed} --server ${server}`;
  for (const list of [tally.failures, told]) {
    for (const run of list.slice(0, MOST_TOLD)) write(tellRun(run, again));
  }
  return tally.failures.length === 0 && !isShort;
}

/** Cuts the stream of each trace that can be had whole at every byte; whether all ended right. */
async function cutOn(server: string, traces: readonly ChaosTrace[]): Promise<boolean> {
  let isGood = true;
  for (const trace of traces) {
    const since = performance.now();
    const onCut = (position: number) => {
      if (position % 1_000 < every) process.stderr.write(`${trace.name}: cut at ${position}\n`);
    };
    const { positions, wrong } = await cutEverywhere({ trace, every, only, onCut });
    const right = positions - wrong.length;
    write(`${trace.name}: ${right} of ${positions} cuts ended right, ${secondsSince(since)} s\n`);
    for (const { position, fault, verdict, problems } of wrong.slice(0, MOST_TOLD)) {
      write(`  ${verdict.outcome} ${JSON.stringify(fault)}: ${problems}\n`);
      write(`  again: npm run chaos -- --cuts --server ${server} --only ${position}\n`);
    }
    isGood &&= wrong.length === 0;
  }
  return isGood;
}

/** The traces that cuts are tried on: what has expired can never be whole, one compression is enough. */
function worthCutting({ name, lost }: ChaosTrace): boolean {
  return lost.size === 0 && !name.startsWith('Redis, MSD');
}

async function runOn(server: string, traces: readonly ChaosTrace[]): Promise<boolean> {
  const chosen = values.cuts ? traces.filter(worthCutting) : traces;
  write(tellTraces(chosen));
  return values.cuts ? cutOn(server, chosen) : holdOn(server, chosen);
}

async function main(): Promise<boolean> {
  const servers = values.server.split(',');
  const { batches, containers } = values.cuts ? CUT_SIZE : CHAOS_SIZE;
  let isGood = true;
  if (servers.includes('given')) {
    isGood = await runOn('given', await makeGivenTraces({ batchSize: BATCH_SIZE, batches }));
  }
  if (!servers.includes('redis')) return isGood;
  const { traces, stop } = await startRedisTraces({ batchSize: BATCH_SIZE, containers });
  try {
    return (await runOn('redis', traces)) && isGood;
  } finally {
    await stop();
  }
}

process.exit((await main()) ? 0 : 1);
