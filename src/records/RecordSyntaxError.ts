/** A batch that is no JSON, or no array of objects; nothing of it was taken. */
export class RecordSyntaxError extends SyntaxError {
  override readonly name = 'RecordSyntaxError';

  constructor(
    /** Place in the bytes that were decoded, from 0. */
    readonly at: number,
    readonly reason: string,
  ) {
    super(`${reason}, at byte ${at} of the line`);
  }
}
