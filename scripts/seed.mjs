import { ensureBuilt } from './ensureBuilt.mjs';

await ensureBuilt({ server: 'dist-server' });
await import('../dist-server/seed.js');
