import { ensureBuilt } from './ensureBuilt.mjs';

await ensureBuilt({ server: 'dist-server' });
const { seed } = await import('../dist-server/seed.js');
await seed();
