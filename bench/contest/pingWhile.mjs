const EVERY_MS = 20;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function percentile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
}

/**
 * Asks for `url` again and again until `work` has settled: what `work` resolves with, and how long
 * the answers took, ms.
 * @template T
 * @param {string} url
 * @param {Promise<T>} work
 */
export async function pingWhile(url, work) {
  const took = [];
  let running = true;
  const stop = () => void (running = false);
  work.then(stop, stop);
  while (running) {
    const started = performance.now();
    const response = await fetch(url);
    await response.arrayBuffer();
    took.push(performance.now() - started);
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    await wait(EVERY_MS);
  }
  const sorted = took.sort((a, b) => a - b);
  const ping = { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) };
  return { result: await work, ping };
}
