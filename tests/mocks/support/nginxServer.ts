import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../bench/startRedis.mjs';

const PROGRAM = process.env.NGINX_PATH ?? '/usr/sbin/nginx';
const SITE = fileURLToPath(new URL('../../../deploy/nginx/vue-trace-stream.conf', import.meta.url));
const TEMP_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** An nginx of a test's own, with the site that is deployed. */
export interface NginxServer {
  readonly url: URL;
  /** Its log of errors and warnings so far. */
  log(): Promise<string>;
  /** What its workers have put into files of answers. */
  bufferedFiles(): Promise<string[]>;
  /** Most memory that its worker ever held, kB. */
  peakKb(): Promise<number>;
  stop(): Promise<void>;
}

/** The site's text, with `changes` made to it; each must find its place. */
async function siteWith(changes: Record<string, string>): Promise<string> {
  let site = await readFile(SITE, 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!site.includes(from)) throw new Error(`The site has no "${from}".`);
    site = site.replaceAll(from, to);
  }
  return site;
}

async function waitUntilTaken(port: number, gone: Promise<true>): Promise<void> {
  const tried = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
    });
  const pause = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 10));
  while (!(await tried())) {
    if (await Promise.race([gone, pause()])) throw new Error('nginx did not start.');
  }
}

/** Starts nginx in front of a server; `changes` are made to the site besides its addresses. */
export async function startNginx(
  server: URL,
  changes: Record<string, string> = {},
): Promise<NginxServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'trace-nginx-'));
  await chmod(dir, 0o755); // its workers are another user
  const addresses = {
    'server 127.0.0.1:5173;': `server ${server.host};`,
    'listen 8080;': `listen 127.0.0.1:${port};`,
  };
  await writeFile(join(dir, 'site.conf'), await siteWith({ ...addresses, ...changes }));
  const temp = TEMP_PATHS.map((name) => `${name}_temp_path ${dir}/${name};`).join('\n');
  await writeFile(
    join(dir, 'nginx.conf'),
    `daemon off;\nworker_processes 1;\npid ${dir}/pid;\nerror_log ${dir}/error.log warn;\nevents {}\n` +
      `http {\naccess_log off;\n${temp}\ninclude ${dir}/site.conf;\n}\n`,
  );
  const nginx = spawn(PROGRAM, ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' });
  const gone = once(nginx, 'exit').then(() => true as const);
  await waitUntilTaken(port, gone);
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    log: () => readFile(join(dir, 'error.log'), 'utf8'),
    bufferedFiles: () => readdir(join(dir, 'proxy'), { recursive: true }),
    async peakKb() {
      const children = `/proc/${nginx.pid}/task/${nginx.pid}/children`;
      const worker = (await readFile(children, 'utf8')).trim();
      const status = await readFile(`/proc/${worker}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]);
    },
    async stop() {
      nginx.kill('SIGTERM');
      await gone;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
