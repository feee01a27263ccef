import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ApiHost } from '../api/hosts.js';

const BUILT = fileURLToPath(new URL('../../../dist-server/', import.meta.url));

/** A line of a process's log. */
export interface LogLine {
  level: string;
  message: string;
  jobId?: string;
  [field: string]: unknown;
}

/** A server or a worker as a process of its own. */
export interface BackendProcess extends ApiHost {
  readonly pid: number;
  /** Where it listens; a worker does only where TRACE_METRICS_PORT says so. */
  readonly url: URL;
  /** What it has logged so far. */
  readonly logged: readonly LogLine[];
  /** Sends a signal. */
  signal(name: NodeJS.Signals): void;
  /** Ends it and resolves with its exit code; null where a signal ended it. */
  stop(name?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a built entry and waits for the line that says that it is ready. */
export async function startProcess(
  entry: 'server' | 'worker',
  env: Record<string, string>,
): Promise<BackendProcess> {
  const child = spawn(process.execPath, [`${BUILT}${entry}.js`], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const logged: LogLine[] = [];
  createInterface(child.stderr).on('line', (line) => {
    logged.push(
      line.startsWith('{') ? (JSON.parse(line) as LogLine) : { level: 'error', message: line },
    );
  });
  const ready = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const gone = exit.then(([code]) => {
    throw new Error(`The ${entry} ended with ${code}: ${JSON.stringify(logged)}`);
  });
  gone.catch(() => undefined); // it ends some time
  const [line] = await Promise.race([ready, gone]);
  const url = new URL(/http:\S+$/.exec(line)?.[0] ?? 'http://nowhere.invalid/');
  return {
    pid: child.pid!,
    url,
    logged,
    request: (path, init) => fetch(new URL(path, url), init),
    signal: (name) => void child.kill(name),
    async stop(name = 'SIGTERM') {
      child.kill(name);
      const [code] = await exit;
      return code;
    },
    async close() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
