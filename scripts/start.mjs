import { ensureBuilt } from './ensureBuilt.mjs';

await ensureBuilt({ server: 'dist-server', demo: 'dist-demo' });
await import('../dist-server/server.js');
