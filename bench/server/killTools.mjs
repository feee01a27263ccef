const LOOK_MS = 10;

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks `look` until it answers something, and gives that.
 * @template T
 * @param {string} what for the error
 * @param {number} ms
 * @param {() => T | Promise<T>} look
 * @param {() => unknown} [left] what the error says besides
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ms, look, left = () => '') {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${ms} ms. ${JSON.stringify(await left())}`);
    }
    await wait(LOOK_MS);
  }
}

/**
 * Numbers from 0 to 1, the same for the same seed: mulberry32, Tommy Ettinger.
 * @param {number} seed
 * @returns {() => number}
 */
export function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
