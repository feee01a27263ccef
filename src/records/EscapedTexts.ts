import { Dictionary } from './Dictionary.js';
import type { ByteSource } from './murmur.js';

/** More texts than this are not remembered. */
const MOST_TEXTS = 65_536;
/** Longer ones are not, bytes: what repeats is short. */
const LONGEST_TEXT = 1_024;

/**
 * The codes of texts with escapes, by the bytes that stand in the line: to unescape one takes 2 µs,
 * and Python escapes all that is not ASCII.
 */
export class EscapedTexts {
  readonly #bytes = new Dictionary();
  readonly #codes: number[] = [];

  /** The code of `bytes[start … end)`, whose hash is known; −1 where it is not remembered. */
  find(source: ByteSource, start: number, end: number, hash: number): number {
    const known = this.#bytes.findText(source, start, end, hash);
    return known < 0 ? -1 : this.#codes[known]!;
  }

  /** Remembers a text that is not there. */
  add(source: ByteSource, start: number, end: number, hash: number, code: number): void {
    if (this.#codes.length === MOST_TEXTS || end - start > LONGEST_TEXT) return;
    this.#bytes.addText(source, start, end, hash);
    this.#codes.push(code);
  }

  /** Forgets the text that was added last, if it has this code. */
  forgetLast(code: number): void {
    if (this.#codes.at(-1) !== code) return;
    this.#codes.pop();
    this.#bytes.cutTo(this.#codes.length);
  }

  clear(): void {
    this.#codes.length = 0;
    this.#bytes.cutTo(0);
  }
}
