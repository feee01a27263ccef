import type {
  CompletenessNotice,
  CompletenessOptions,
  CompletenessProblem,
} from './CompletenessProblem.js';
import type { MessageHeader } from './messageHeader.js';
import { StreamCheck } from './StreamCheck.js';

export type { CompletenessOptions };

/** Follows a stream by its headers and knows, at any time, what it lacks. */
export interface CompletenessCheck {
  /**
   * Takes the header of the next message and says whether to take its rows. Each batch is taken
   * once, whatever the order; never throws, whatever the header holds.
   */
  accept(header: MessageHeader): 'take' | 'drop';
  /**
   * The stream broke off, and what follows is of another one, which was asked for by the last cursor:
   * what it says again is dropped without a word, and the counts of both are held together.
   */
  resume(): void;
  /** What the result lacks, were this the end; empty only for a complete one. */
  problems(): CompletenessProblem[];
  /** What was odd but cost no row. */
  notices(): CompletenessNotice[];
}

/**
 * Makes the check that a stream must pass to count as complete: `complete` came, every domain began
 * and ended, batches ran without a hole, every count agrees, no domain failed. A `full_result` is
 * its own end mark; hold its answer to `checkAnswer`.
 *
 * @example
 * const check = createCompletenessCheck({ domains: ['history'] });
 * await consumeNDJSONStream(url, (message) => {
 *   if (check.accept(headerOf(message)) === 'take' && message.type === 'records') add(message.data);
 * });
 * const incomplete = check.problems().length > 0;
 */
export function createCompletenessCheck(options: CompletenessOptions = {}): CompletenessCheck {
  const check = new StreamCheck(options);
  return {
    accept: (header) => check.accept(header),
    resume: () => check.resume(),
    problems: () => check.verdict().problems,
    notices: () => check.verdict().notices,
  };
}
