import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next candidate is tried
  }
}

function find(candidates) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const name of candidates) {
    const paths = isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
    const path = paths.find(isExecutable);
    if (path) return path;
  }
  return null;
}

/** Installs a Debian package; false where that is not possible here. */
function install(debianPackage) {
  if (process.getuid?.() !== 0 || !find(['apt-get'])) return false;
  process.stderr.write(`Installing ${debianPackage} from Debian's packages …\n`);
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', debianPackage);
}

/**
 * The path of a program: found on the PATH or in its usual places, else installed where it can be.
 * @param {{ name: string, variable: string, candidates: string[], debianPackage: string }} tool
 */
export function findTool({ name, variable, candidates, debianPackage }) {
  const given = process.env[variable];
  if (given) {
    if (isExecutable(given)) return given;
    throw new Error(`${variable} names ${given}, which cannot be run.`);
  }
  const path = find(candidates) ?? (install(debianPackage) ? find(candidates) : null);
  if (path) return path;
  throw new Error(
    `${name} is missing: install it (on Debian: apt-get install ${debianPackage}) or set ${variable} to its path.`,
  );
}

export const CHROMIUM = {
  name: 'Chromium',
  variable: 'CHROMIUM_PATH',
  candidates: [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    '/usr/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  debianPackage: 'chromium',
};

export const REDIS_SERVER = {
  name: 'redis-server',
  variable: 'REDIS_SERVER_PATH',
  candidates: ['redis-server', '/usr/bin/redis-server', '/opt/homebrew/bin/redis-server'],
  debianPackage: 'redis-server',
};
