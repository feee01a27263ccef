import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_ARGS } from '../../scripts/chromiumArgs.mjs';
import { CHROMIUM, findTool } from '../../scripts/findTool.mjs';

const PIPE = ['--headless', '--remote-debugging-pipe'];

function readMessages(answers, take) {
  let rest = '';
  answers.setEncoding('utf8').on('data', (text) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop();
    for (const message of messages) take(JSON.parse(message));
  });
}

/**
 * Chromium without a window, told what to do over a pipe. Nothing is asked of it but what is sent: Playwright
 * has every page write down its requests and their bodies.
 * @param {readonly string[]} args
 */
export function startChromium(args) {
  const folder = mkdtempSync(join(tmpdir(), 'soak-chromium-'));
  const child = spawn(
    findTool(CHROMIUM),
    [...CHROMIUM_ARGS, ...PIPE, `--user-data-dir=${folder}`, ...args],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const exit = once(child, 'exit');
  const [, , , requests, answers] = child.stdio;
  const waiting = new Map();
  const listeners = new Map();
  let sent = 0;

  function take({ id, result, error, method, params }) {
    if (id === undefined) return listeners.get(method)?.(params);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(result);
  }
  readMessages(answers, take);
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium has ended.'));
  });

  return {
    /** @see https://chromedevtools.github.io/devtools-protocol/ */
    send(method, params = {}, sessionId = undefined) {
      const id = ++sent;
      requests.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    on: (method, listener) => void listeners.set(method, listener),
    async stop() {
      child.kill();
      await exit;
      // its other processes end a moment later, and still write
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
