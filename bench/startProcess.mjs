import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endWithParent } from './endWithParent.mjs';

const BUILT = fileURLToPath(new URL('../dist-server/', import.meta.url));

/** Memory of a process from the kernel's books, MB: resident now, and at most so far. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  return { rss: mb('VmRSS'), peak: mb('VmHWM') };
}

/** Processor time of a process so far, user and system together, seconds. */
export function cpuSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const TICKS_A_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/**
 * Starts a built entry in a process of its own and waits for the line that says that it is ready.
 * @param {string} entry
 * @param {Record<string, string>} env
 * @param {string[]} nodeOptions
 */
async function startProcess(entry, env, nodeOptions) {
  const child = endWithParent(
    spawn(process.execPath, [...nodeOptions, `${BUILT}${entry}.js`], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let log = '';
  child.stderr.on('data', (data) => (log += data));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const gone = exit.then((code) => {
    throw new Error(`The ${entry} ended with ${code}:\n${log}`);
  });
  gone.catch(() => undefined); // it ends some time
  const ready = new Promise((resolve) =>
    child.stdout.once('data', (line) => resolve(String(line))),
  );
  const line = await Promise.race([ready, gone]);
  return {
    line,
    pid: child.pid,
    log: () => log,
    memory: () => memoryOf(child.pid),
    cpuSeconds: () => cpuSecondsOf(child.pid),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exit;
    },
  };
}

/**
 * Starts the built server, on a free port.
 * @param {Record<string, string>} [env]
 * @param {string[]} [nodeOptions]
 */
export async function startServer(env = {}, nodeOptions = []) {
  const server = await startProcess('server', { PORT: '0', ...env }, nodeOptions);
  return { ...server, url: /http:\/\/\S+/.exec(server.line)[0] };
}

/**
 * Starts the built worker.
 * @param {Record<string, string>} env
 * @param {string[]} [nodeOptions]
 */
export const startWorker = (env, nodeOptions = []) => startProcess('worker', env, nodeOptions);
