import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'src',
  'mocks',
  'demo',
  'index.html',
  'vite.config.ts',
  'scripts',
  'tests/chaos',
  'package-lock.json',
];

/** Newest change below a file or folder, ms. */
function newestChange(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(path).map((name) => newestChange(`${path}/${name}`));
  return Math.max(stats.mtimeMs, ...inside);
}

function builtAt(stamp) {
  return statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Builds what is older than its sources. `builds` maps modes of vite.config.ts to their folders.
 * @param {Record<string, string>} builds
 */
export async function ensureBuilt(builds) {
  const changedAt = Math.max(...SOURCES.map((source) => newestChange(root + source)));
  for (const [mode, folder] of Object.entries(builds)) {
    const stamp = `${root}${folder}/.built`;
    if (builtAt(stamp) > changedAt) continue;
    process.stderr.write(`Building ${folder} …\n`);
    const startedAt = new Date();
    rmSync(stamp, { force: true });
    await build({ root, mode, logLevel: 'warn' });
    writeFileSync(stamp, '');
    // what is saved while it builds is newer than the build
    utimesSync(stamp, startedAt, startedAt);
  }
}
