/** A client has as many jobs waiting as it may; the queue itself has room. */
export class QueueLimitError extends Error {
  override readonly name = 'QueueLimitError';

  constructor(waiting: number) {
    super(
      `${waiting} of your traces wait already; run this one when one of them has begun, or cancel one.`,
    );
  }
}
