import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = process.env.REDIS_SERVER_PATH ?? 'redis-server';

export interface RedisServerOptions {
  /** Keeps its data in an append-only file, written through at every command. @default false */
  aof?: boolean;
  /** More of redis-server's arguments. */
  args?: readonly string[];
}

/** A redis-server of a test's own, in a directory of its own. */
export interface RedisServer {
  readonly url: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and directory. */
  restart(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether the server at the port answers PING by now: one that loads its data does not. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

async function startProcess(port: number, args: readonly string[]): Promise<ChildProcess> {
  const server = spawn(PROGRAM, ['--port', String(port), ...args], { stdio: 'ignore' });
  const gone = once(server, 'exit').then(() => true);
  const pause = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 10));
  while (!(await answersPing(port))) {
    if (await Promise.race([gone, pause()])) throw new Error('redis-server did not start.');
  }
  return server;
}

/** Starts a redis-server on a free port of the loopback. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'trace-redis-'));
  const aof = options.aof ? ['yes', '--appendfsync', 'always'] : ['no'];
  const args = ['--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', ...aof];
  args.push(...(options.args ?? []));
  let server = await startProcess(port, args);
  const isGone = () => server.exitCode !== null || server.signalCode !== null;
  const kill = async () => {
    if (isGone()) return;
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid!;
    },
    kill,
    restart: async () => {
      await kill();
      server = await startProcess(port, args);
    },
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
