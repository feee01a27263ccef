import { ensureBuilt } from './ensureBuilt.mjs';

/** `npm run chaos -- --runs N --seed S`: traces under random faults, against both kinds of server. */
await ensureBuilt({ server: 'dist-server', demo: 'dist-demo', chaos: 'dist-chaos' });
await import('../dist-chaos/chaos.js');
