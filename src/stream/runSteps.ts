import { createYielder } from './createYielder.js';
import type { Steps } from './Steps.js';

/** Runs work to its end, with pauses in which the page can draw and take input. */
export async function runSteps<T>(
  steps: Steps<T>,
  breathe: () => Promise<void> = createYielder(),
): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await breathe();
  }
}
