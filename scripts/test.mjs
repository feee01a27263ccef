import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, findTool, REDIS_SERVER } from './findTool.mjs';

/** Every test of every kind, or those that the arguments name; first, the programs they start. */
const tools = {};
try {
  for (const tool of [CHROMIUM, REDIS_SERVER]) tools[tool.variable] = findTool(tool);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ...tools },
});
process.exit(status ?? 1);
