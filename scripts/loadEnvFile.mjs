import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Takes the settings of the file .env, where there is one; the environment's own go before it. */
export function loadEnvFile() {
  const envFile = fileURLToPath(new URL('../.env', import.meta.url));
  if (existsSync(envFile)) process.loadEnvFile(envFile);
}
