import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, findTool } from './findTool.mjs';

/** Every test of every kind, or those that the arguments name. */
let chromium;
try {
  chromium = findTool(CHROMIUM);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, CHROMIUM_PATH: chromium },
});
process.exit(status ?? 1);
