/** Bytes that are no JSON, or not the JSON that was expected; nothing of them was taken. */
export class JsonSyntaxError extends SyntaxError {
  override readonly name = 'JsonSyntaxError';

  constructor(
    /** Place in the bytes that were read, from 0. */
    readonly at: number,
    readonly reason: string,
  ) {
    super(`${reason}, at byte ${at}`);
  }
}
