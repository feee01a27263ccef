import { parseArgs } from 'node:util';
import type { ChaosTrace } from './ChaosTrace.js';
import type { ChaosRun } from './holdChaos.js';
import { holdChaos } from './holdChaos.js';
import { makeGivenTraces } from './givenTraces.js';
import { startRedisTraces } from './redisTraces.js';

const BATCH_SIZE = 5;
/** Of each domain. */
const LEAST_BATCHES = 40;
const CONTAINERS = 70;
/** Of the runs whose faults fit the budget of tries. */
const LEAST_SHARE = 0.99;
const MOST_TOLD = 20;

function write(text: string): void {
  process.stdout.write(text);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      server: { type: 'string', default: 'redis,given' },
    },
  });
  const only = values.only === undefined ? undefined : Number(values.only);
  return {
    runs: Number(values.runs),
    seed: Number(values.seed),
    only,
    servers: values.server.split(','),
  };
}

type Options = ReturnType<typeof readOptions>;

/** What a run did, and how to do it again. */
function tell({ run, trace, rules, end, verdict }: ChaosRun, seed: number, server: string): void {
  write(`\nrun ${run}, ${trace.name}: ${verdict.outcome}\n`);
  for (const { kind, text } of verdict.violations) write(`  ${kind}: ${text}\n`);
  if (end.state && 'problems' in end.state) {
    write(`  problems: ${JSON.stringify(end.state.problems)}\n`);
  }
  if (end.state && 'error' in end.state) write(`  error: ${String(end.state.error)}\n`);
  write(`  script: ${JSON.stringify(rules)}\n`);
  write(`  again: npm run chaos -- --seed ${seed} --server ${server} --only ${run}\n`);
}

/** Runs against one server; whether every bar was met. */
async function holdOn(server: string, traces: readonly ChaosTrace[], options: Options) {
  const { runs, seed, only } = options;
  const since = performance.now();
  let isStopped = false;
  const onRun = ({ run }: ChaosRun) => {
    if ((run + 1) % 500 === 0) process.stderr.write(`${server}: ${run + 1} of ${runs}\n`);
  };
  const tally = await holdChaos({ traces, runs, seed, only, onRun });
  isStopped = true;
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  write(`\n## ${server}: ${tally.runs} runs, seed ${seed}, ${seconds} s\n\n${tally.toText()}`);
  for (const run of tally.failures.slice(0, MOST_TOLD)) tell(run, seed, server);
  const isShort = tally.fitShare < LEAST_SHARE;
  const told = isShort || only !== undefined ? tally.unfinished.slice(0, MOST_TOLD) : [];
  for (const run of told) tell(run, seed, server);
  return isStopped && tally.failures.length === 0 && !isShort;
}

function tellTraces(traces: readonly ChaosTrace[]): void {
  for (const { name, domains, expected, batches, batchSize, streamBytes } of traces) {
    const least = Math.min(...domains.map((domain) => expected.get(domain)!.length)) / batchSize;
    if (least < LEAST_BATCHES - 1) throw new Error(`${name}: a domain has only ${least} batches.`);
    const rows = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
    write(`${name}: ${rows} rows, ${batches} batches, ${streamBytes} bytes\n`);
  }
}

async function main(): Promise<boolean> {
  const options = readOptions();
  let isGood = true;
  if (options.servers.includes('given')) {
    const traces = await makeGivenTraces({ batchSize: BATCH_SIZE, batches: LEAST_BATCHES });
    tellTraces(traces);
    isGood = (await holdOn('given', traces, options)) && isGood;
  }
  if (options.servers.includes('redis')) {
    const { traces, stop } = await startRedisTraces({
      batchSize: BATCH_SIZE,
      containers: CONTAINERS,
    });
    try {
      tellTraces(traces);
      isGood = (await holdOn('redis', traces, options)) && isGood;
    } finally {
      await stop();
    }
  }
  return isGood;
}

process.exit((await main()) ? 0 : 1);
