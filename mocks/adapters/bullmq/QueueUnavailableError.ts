/** No job can be queued: Redis does not answer. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';

  constructor(options: ErrorOptions) {
    super(
      'The queue cannot be reached; try again in a moment, and see that the server of REDIS_URL runs.',
      options,
    );
  }
}
