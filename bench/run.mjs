import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/ensureBuilt.mjs';
import { toMarkdown } from './contest/figures.mjs';

/** `npm run bench -- NAME`: prints the figures of one benchmark. */
const BENCHMARKS = {
  pipeline: () => import('./pipeline.mjs').then((module) => module.pipeline()),
  decoder: () => import('./decoder.mjs').then((module) => module.decoder()),
  'slow-reader': () => import('./slowReader.mjs').then((module) => module.slowReader()),
  stream: (options) => import('./stream.mjs').then((module) => module.stream(options)),
  table: (options) => import('./table.mjs').then((module) => module.table(options)),
  view: (options) => import('./view.mjs').then((module) => module.view(options)),
  soak: (options) => import('./soak.mjs').then((module) => module.soak(options)),
  server: (options) => import('./server.mjs').then((module) => module.server(options)),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    containers: { type: 'string', default: '114892' },
    domain: { type: 'string', default: 'upstream_history' },
    traces: { type: 'string', default: '200' },
    interpreted: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const [name] = positionals;
if (!Object.hasOwn(BENCHMARKS, name ?? '')) {
  process.stderr.write(`Name a benchmark: ${Object.keys(BENCHMARKS).join(', ')}.\n`);
  process.exit(1);
}

/** What is no contest gives figures by name. */
function printFigures(figures) {
  for (const [what, figure] of Object.entries(figures)) {
    const shown = typeof figure === 'number' ? Math.round(figure * 10) / 10 : figure;
    process.stdout.write(`${what}: ${typeof shown === 'object' ? JSON.stringify(shown) : shown}\n`);
  }
}

function printContest({ notes, tables }) {
  process.stdout.write(`${notes.join('\n')}\n\n`);
  for (const table of tables) process.stdout.write(`${toMarkdown(table)}\n`);
}

await ensureBuilt({ server: 'dist-server', demo: 'dist-demo' });
const result = await BENCHMARKS[name]({
  rounds: Number(values.rounds),
  containers: Number(values.containers),
  traces: Number(values.traces),
  interpreted: values.interpreted,
  domain: values.domain,
  only: values.only?.split(','),
});
if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
if (result.tables) printContest(result);
else printFigures(result);
