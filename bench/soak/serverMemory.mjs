import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COLLECTOR = fileURLToPath(new URL('./gcOnSignal.mjs', import.meta.url));
/** Each thread has collected and written by then, ms. */
const COLLECT_MS = 2_000;
const MB = 1024 * 1024;

/** What makes a server tell its memory: environment and options for it, and who asks. */
export function createServerMemory() {
  const folder = mkdtempSync(join(tmpdir(), 'soak-memory-'));
  return {
    env: { MEMORY_FILE: join(folder, 'thread') },
    nodeOptions: ['--expose-gc', '--import', COLLECTOR],
    /** Heap and external memory of all threads after a collection, and what is resident, MB. */
    async read(server) {
      process.kill(server.pid, 'SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, COLLECT_MS));
      const threads = readdirSync(folder).map((name) =>
        JSON.parse(readFileSync(join(folder, name), 'utf8')),
      );
      const sum = (name) => threads.reduce((total, thread) => total + thread[name], 0) / MB;
      return { heap: sum('heapUsed'), external: sum('external'), rss: server.memory().rss };
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
