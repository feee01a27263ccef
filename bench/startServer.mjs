import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../dist-server/server.js', import.meta.url));

/**
 * Starts the built server in a process of its own, on a free port.
 * @param {Record<string, string>} [env]
 * @param {string[]} [nodeOptions]
 */
export async function startServer(env = {}, nodeOptions = []) {
  const child = spawn(process.execPath, [...nodeOptions, SERVER], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data) => (log += data));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      const address = /http:\/\/\S+/.exec(String(data));
      if (address) resolve(address[0]);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${log}`)));
  });
  return {
    url,
    pid: child.pid,
    log: () => log,
    /** Memory of the process from the kernel's books, MB: resident now, and at most so far. */
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const mb = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
      return { rss: mb('VmRSS'), peak: mb('VmHWM') };
    },
    async stop() {
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      return ended;
    },
  };
}
