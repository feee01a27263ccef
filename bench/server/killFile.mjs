import { readdir, stat, truncate } from 'node:fs/promises';

const LOOK_MS = 50;
const LOST_MS = 1_000;

/** The part of the append-only file that is written to now. */
async function aofPath(dir) {
  const folder = `${dir}/appendonlydir`;
  const numbered = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
  const number = (name) => Number(/\.(\d+)\.incr/.exec(name)[1]);
  return `${folder}/${numbered.sort((a, b) => number(a) - number(b)).at(-1)}`;
}

/**
 * Watches the append-only file of a Redis: what was written in the last second may be gone after a
 * power failure. SIGKILL alone loses nothing of it, as the system has what was written.
 */
export function watchAof(dir) {
  const seen = [];
  const timer = setInterval(async () => {
    const path = await aofPath(dir);
    const { size } = await stat(path);
    seen.push({ at: performance.now(), path, size });
  }, LOOK_MS);
  return {
    stop: () => clearInterval(timer),
    /** Cuts the file of a Redis that is gone: `share` of its last second stays. @returns bytes lost */
    async lose(share) {
      const path = await aofPath(dir);
      const { size } = await stat(path);
      const since = performance.now() - LOST_MS;
      const before = seen.filter((look) => look.path === path && look.at <= since).at(-1);
      const least = (before ?? seen.find((look) => look.path === path))?.size ?? size;
      const kept = Math.round(least + share * (size - least));
      await truncate(path, kept);
      return size - kept;
    },
  };
}
