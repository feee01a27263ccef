/** `list`, beginning with its element at `by`. */
const rotated = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/**
 * Lets each contender run once a round, each round beginning with another one, so that none is
 * always the first or always behind the same other. Resolves with the figures of all runs.
 * @template T
 * @param {readonly string[]} contenders
 * @param {number} rounds
 * @param {(contender: string) => Promise<T>} run
 * @returns {Promise<({ contender: string, round: number } & T)[]>}
 */
export async function playRounds(contenders, rounds, run) {
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of rotated(contenders, round)) {
      const started = performance.now();
      const figures = await run(contender);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      const outcome = figures.gaveUp ? `: ${figures.gaveUp}` : '';
      process.stderr.write(`round ${round + 1}/${rounds} ${contender} ${seconds} s${outcome}\n`);
      runs.push({ contender, round, ...figures });
    }
  }
  return runs;
}
