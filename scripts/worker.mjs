import { ensureBuilt } from './ensureBuilt.mjs';
import { loadEnvFile } from './loadEnvFile.mjs';

loadEnvFile();
await ensureBuilt({ server: 'dist-server' });
await import('../dist-server/worker.js');
