import { ensureBuilt } from '../scripts/ensureBuilt.mjs';

/** `npm run bench -- NAME`: prints the figures of one benchmark. */
const BENCHMARKS = {
  pipeline: () => import('./pipeline.mjs').then((module) => module.pipeline()),
  decoder: () => import('./decoder.mjs').then((module) => module.decoder()),
  'slow-reader': () => import('./slowReader.mjs').then((module) => module.slowReader()),
};

const name = process.argv[2];
if (!Object.hasOwn(BENCHMARKS, name ?? '')) {
  process.stderr.write(`Name a benchmark: ${Object.keys(BENCHMARKS).join(', ')}.\n`);
  process.exit(1);
}
await ensureBuilt({ server: 'dist-server', demo: 'dist-demo' });
for (const [what, figure] of Object.entries(await BENCHMARKS[name]())) {
  const shown = typeof figure === 'number' ? Math.round(figure * 10) / 10 : figure;
  process.stdout.write(`${what}: ${typeof shown === 'object' ? JSON.stringify(shown) : shown}\n`);
}
