/** Runs work that may pause to its end without a pause. */
export function drain<T>(steps: Iterator<void, T, undefined>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
