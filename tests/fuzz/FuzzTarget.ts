import type fc from 'fast-check';

/** Something that takes any input; an input is plain JSON, so that it can be kept in a file. */
export interface FuzzTarget<Input> {
  arbitrary: fc.Arbitrary<Input>;
  /** Throws, or rejects, where the input was not taken as the oracle says. */
  check(input: Input): void | Promise<void>;
  close?(): Promise<void>;
}

/** Bytes as a text of one character each, which JSON holds and people can read. */
export const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

export const fromBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
