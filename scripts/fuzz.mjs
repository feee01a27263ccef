import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { ensureBuilt } from './ensureBuilt.mjs';

/** `npm run fuzz -- --minutes 10 --seed 7 --only decoder`: inputs that nobody wrote, against an oracle. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const milliseconds = Number(values.minutes) * 60_000;
if (!Number.isSafeInteger(seed) || !(milliseconds > 0)) {
  process.stderr.write('--seed must be a whole number, --minutes a number above 0.\n');
  process.exit(1);
}

const say = (text) => process.stdout.write(`${text}\n`);
let unhandled = null;
process.on('unhandledRejection', (reason) => (unhandled ??= reason));

/** What was found stays: the ordinary tests replay it from then on. */
function keep(name, { input, error }) {
  const file = fileURLToPath(new URL(`../tests/fuzz/corpus/${name}.json`, import.meta.url));
  const entries = JSON.parse(readFileSync(file, 'utf8'));
  entries.push({ note: error.split('\n')[0].slice(0, 200), input });
  writeFileSync(file, `${JSON.stringify(entries, null, 2)}\n`);
  return file;
}

await ensureBuilt({ server: 'dist-server' });
const server = await createServer({
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true },
});
let failures = 0;
try {
  const { FUZZ_TARGETS } = await server.ssrLoadModule('/tests/fuzz/targets.ts');
  const { runFuzz } = await server.ssrLoadModule('/tests/fuzz/runFuzz.ts');
  const names = values.only?.split(',') ?? Object.keys(FUZZ_TARGETS);
  for (const name of names) {
    if (!Object.hasOwn(FUZZ_TARGETS, name)) {
      throw new Error(`--only must be of ${Object.keys(FUZZ_TARGETS).join(', ')}.`);
    }
    const target = FUZZ_TARGETS[name]();
    try {
      const { cases, failure } = await runFuzz(target, { milliseconds, seed });
      say(`${name}: ${cases} cases, seed ${seed}: ${failure ? 'a difference' : 'no difference'}`);
      if (!failure) continue;
      failures++;
      say(`${JSON.stringify(failure.input)}\n${failure.error}\nkept in ${keep(name, failure)}`);
    } finally {
      await target.close?.();
    }
  }
} finally {
  await server.close();
}
if (unhandled !== null) {
  failures++;
  say(`An unhandled rejection: ${unhandled?.stack ?? unhandled}`);
}
process.exit(failures > 0 ? 1 : 0);
