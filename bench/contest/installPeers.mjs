import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const peers = fileURLToPath(new URL('../peers/', import.meta.url));
const LOCK = `${peers}package-lock.json`;
/** The lock file that was installed last. */
const STAMP = `${peers}node_modules/.installed-lock.json`;

/** Installs what the library is compared with, where it is missing or of another lock file. */
export function installPeers() {
  const lock = readFileSync(LOCK, 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  process.stderr.write('Installing the peers …\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', peers], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ci of bench/peers ended with ${status}.`);
  writeFileSync(STAMP, lock);
}

/** The names and versions of the peers, as they are installed. */
export function peerVersions() {
  const { dependencies } = JSON.parse(readFileSync(`${peers}package.json`, 'utf8'));
  return Object.fromEntries(
    Object.entries(dependencies).filter(([, version]) => !version.startsWith('file:')),
  );
}
