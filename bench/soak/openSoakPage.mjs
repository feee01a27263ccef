import { rendererMemory } from '../contest/openPage.mjs';
import { startChromium } from './devtoolsPipe.mjs';

const MB = 1024 * 1024;
const START_MS = 30_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: over ${ms / 1_000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function evaluate(send, expression) {
  const asked = { expression, awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails: failure } = await send('Runtime.evaluate', asked);
  if (failure) throw new Error(failure.exception?.description ?? failure.text);
  return result.value;
}

async function untilReady(send) {
  while (!(await evaluate(send, 'Boolean(window.bench)'))) await pause(100);
}

/** What a page holds, MB, its workers and all buffers included, and its heap as V8 writes it down. */
function memoryOf({ send, on, run, residentMb }) {
  const collect = async () => {
    // what finalizers let go of is gone after the second one
    await send('HeapProfiler.collectGarbage');
    await send('HeapProfiler.collectGarbage');
  };
  return {
    async collectedMemory() {
      await collect();
      const all = await run('measureMemory');
      await collect();
      const { usedSize, backingStorageSize = 0 } = await send('Runtime.getHeapUsage');
      const [heap, external] = [usedSize / MB, backingStorageSize / MB];
      return { heap, external, all: all / MB, rss: await residentMb() };
    },
    async snapshot() {
      const chunks = [];
      on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk));
      await collect();
      await send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      return JSON.parse(chunks.join(''));
    },
  };
}

/**
 * Opens a page in a Chromium of its own, with none of the inspector's domains on: what they would write
 * down is in the page's process too. `run` asks its `window.bench` for something.
 * @param {string} url
 * @param {readonly string[]} flags V8's
 */
export async function openSoakPage(url, flags) {
  const chromium = startChromium([
    // without it a measurement of memory waits for a collection, up to 20 s
    '--enable-blink-features=ForceEagerMeasureMemory',
    '--window-size=1600,900',
    '--lang=en-US',
    `--js-flags=${flags.join(' ')}`,
  ]);
  try {
    const { targetId } = await chromium.send('Target.createTarget', { url: 'about:blank' });
    const attach = { targetId, flatten: true };
    const { sessionId } = await chromium.send('Target.attachToTarget', attach);
    const send = (method, params) => chromium.send(method, params, sessionId);
    await send('Page.navigate', { url });
    await within(untilReady(send), START_MS, 'start');
    const run = (method, args = [], ms = 120_000) =>
      within(evaluate(send, `window.bench.${method}(...${JSON.stringify(args)})`), ms, method);
    const residentMb = () => rendererMemory(chromium);
    return { run, ...memoryOf({ send, on: chromium.on, run, residentMb }), close: chromium.stop };
  } catch (error) {
    await chromium.stop();
    throw error;
  }
}
