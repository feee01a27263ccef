import { ensureBuilt } from '../../scripts/ensureBuilt.mjs';

/** Node runs no TypeScript: job threads, the server and its page are tested as they are built. */
export async function setup(): Promise<void> {
  await ensureBuilt({ server: 'dist-server', demo: 'dist-demo', static: 'dist-static' });
}
