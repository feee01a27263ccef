/** Draws from a seeded generator. */
export interface Random {
  /** 0 up to 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  pick<T>(values: readonly T[]): T;
}

/** Mulberry32 by Tommy Ettinger: 32 bits of state, each seed another sequence. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return { next, whole, pick: (values) => values[whole(0, values.length - 1)]! };
}

/** The generator of one run: it depends on nothing but the two numbers. */
export function randomOfRun(seed: number, run: number): Random {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b));
  random.next();
  return random;
}
