/** The database took longer than it may. */
export class QueryTimeoutError extends Error {
  override readonly name = 'QueryTimeoutError';

  constructor(readonly timeoutSeconds: number) {
    super(
      `The trace database did not answer within ${timeoutSeconds} s; ask for fewer containers, or raise the timeout.`,
    );
  }
}
