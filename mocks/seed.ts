import { parseArgs } from 'node:util';
import { seedDatabase } from './adapters/duckdb/seedDatabase.js';

const USAGE = 'npm run seed -- [--lots 114892] [--out data/trace.duckdb] [--seed 1]';
const OPTIONS = {
  lots: { type: 'string', default: '114892' },
  out: { type: 'string', default: 'data/trace.duckdb' },
  seed: { type: 'string', default: '1' },
} as const;

function wholeNumber(name: 'lots' | 'seed', text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new TypeError(`--${name} must be a whole number from ${least}, not "${text}". ${USAGE}`);
}

/**
 * Fills a DuckDB file from the synthetic factory, as the command line asks, and says what is in it.
 * Called by its script: to load this file alone must change nothing.
 */
export async function seed(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const lots = wholeNumber('lots', values.lots, 1);
  const startedAt = performance.now();
  const counts = await seedDatabase({
    path: values.out,
    lots,
    seed: wholeNumber('seed', values.seed, 0),
    onProgress: (done) => process.stderr.write(`\r${done} of ${lots} lots`),
  });
  process.stderr.write('\n');
  for (const [table, rows] of Object.entries(counts)) {
    process.stdout.write(`${table.padEnd(12)} ${String(rows).padStart(10)} rows\n`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(`${values.out} in ${seconds.toFixed(1)} s\n`);
}
