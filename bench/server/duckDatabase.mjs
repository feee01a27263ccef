import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SEED = fileURLToPath(new URL('../../scripts/seed.mjs', import.meta.url));

/**
 * A DuckDB file with the containers of the synthetic factory: made by the first run, which takes
 * minutes for a million, and kept in the system's temporary folder.
 * @param {number} containers
 */
export async function duckDatabase(containers) {
  const path = join(tmpdir(), 'vue-trace-stream-bench', `trace-${containers}.duckdb`);
  if (existsSync(path)) return path;
  process.stderr.write(`Seeding ${path} …\n`);
  const args = [SEED, '--lots', String(containers), '--out', path];
  const seeding = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const [code] = await once(seeding, 'exit');
  if (code !== 0) throw new Error(`The seeding of ${path} ended with ${code}.`);
  return path;
}
