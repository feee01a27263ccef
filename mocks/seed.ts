import { parseArgs } from 'node:util';
import { seedDatabase } from './adapters/duckdb/seedDatabase.js';

const USAGE = 'npm run seed -- [--lots 114892] [--out data/trace.duckdb] [--seed 1]';

const { values } = parseArgs({
  options: {
    lots: { type: 'string', default: '114892' },
    out: { type: 'string', default: 'data/trace.duckdb' },
    seed: { type: 'string', default: '1' },
  },
});

function wholeNumber(name: 'lots' | 'seed', least: number): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new TypeError(
    `--${name} must be a whole number from ${least}, not "${values[name]}". ${USAGE}`,
  );
}

const lots = wholeNumber('lots', 1);
const startedAt = performance.now();
const counts = await seedDatabase({
  path: values.out,
  lots,
  seed: wholeNumber('seed', 0),
  onProgress: (done) => process.stderr.write(`\r${done} of ${lots} lots`),
});
process.stderr.write('\n');
for (const [table, rows] of Object.entries(counts)) {
  process.stdout.write(`${table.padEnd(12)} ${String(rows).padStart(10)} rows\n`);
}
const seconds = (performance.now() - startedAt) / 1000;
process.stdout.write(`${values.out} in ${seconds.toFixed(1)} s\n`);
