import { ensureBuilt } from './ensureBuilt.mjs';
import { loadEnvFile } from './loadEnvFile.mjs';

loadEnvFile();
await ensureBuilt({ server: 'dist-server', demo: 'dist-demo' });
await import('../dist-server/server.js');
