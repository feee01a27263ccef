import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTool, REDIS_SERVER } from '../scripts/findTool.mjs';
import { endWithParent } from './endWithParent.mjs';

/** A port of the loopback that nothing listens on by now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether the server at the port answers PING by now: one that loads its data does not. */
function answersPing(port) {
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

async function startProcess(port, args) {
  const path = findTool(REDIS_SERVER);
  const server = endWithParent(spawn(path, ['--port', String(port), ...args], { stdio: 'ignore' }));
  const gone = once(server, 'exit').then(() => true);
  const pause = () => new Promise((resolve) => setTimeout(() => resolve(false), 10));
  while (!(await answersPing(port))) {
    if (await Promise.race([gone, pause()])) throw new Error('redis-server did not start.');
  }
  return server;
}

/** Starts a redis-server on a free port of the loopback. */
export async function startRedisServer({ aof, args: more = [] } = {}) {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'trace-redis-'));
  const appendOnly = aof ? ['yes', '--appendfsync', aof] : ['no'];
  const args = ['--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', ...appendOnly];
  args.push(...more);
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
    dir,
    get pid() {
      return server.pid;
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
