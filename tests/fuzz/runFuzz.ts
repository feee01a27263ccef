import fc from 'fast-check';
import type { FuzzTarget } from './FuzzTarget.js';

/** Cases between two looks at the clock. */
const CASES_A_ROUND = 500;

export interface FuzzOptions {
  milliseconds: number;
  seed: number;
}

export interface FuzzOutcome {
  cases: number;
  /** The smallest input that fails, and how; null where none did. */
  failure: { input: unknown; error: string } | null;
}

/** Checks as many inputs as the time allows; each round has a seed of its own. */
export async function runFuzz<Input>(
  { arbitrary, check }: FuzzTarget<Input>,
  { milliseconds, seed }: FuzzOptions,
): Promise<FuzzOutcome> {
  const property = fc.asyncProperty(arbitrary, async (input) => check(input));
  const endAt = Date.now() + milliseconds;
  let cases = 0;
  for (let round = 0; Date.now() < endAt; round++) {
    const details = await fc.check(property, { seed: seed + round, numRuns: CASES_A_ROUND });
    cases += details.numRuns;
    if (!details.failed) continue;
    const error = String((details.errorInstance as Error | null)?.stack ?? details.errorInstance);
    return { cases, failure: { input: details.counterexample?.[0], error } };
  }
  return { cases, failure: null };
}
