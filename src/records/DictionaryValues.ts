import type { DictionaryIncrement } from './Dictionary.js';

const decoder = new TextDecoder();

/** The values of a column's dictionary, decoded when they are first asked for. */
export class DictionaryValues {
  readonly #increments: DictionaryIncrement[] = [];
  /** First entry of each increment. */
  readonly #starts: number[] = [];
  readonly #values: unknown[] = [];
  #size = 0;
  #byteLength = 0;

  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** The entries as they came, one increment behind the other. */
  get increments(): readonly DictionaryIncrement[] {
    return this.#increments;
  }

  append(increment: DictionaryIncrement): void {
    this.#increments.push(increment);
    this.#starts.push(this.#size);
    this.#size += increment.ends.length;
    const { bytes, ends, isToken } = increment;
    this.#byteLength += bytes.byteLength + ends.byteLength + isToken.byteLength;
  }

  /** The value of an entry; every entry gives the same one each time. */
  at(entry: number): unknown {
    return (this.#values[entry] ??= this.#decode(entry));
  }

  #decode(entry: number): unknown {
    let index = this.#starts.length - 1;
    while (this.#starts[index]! > entry) index--;
    const { bytes, ends, isToken } = this.#increments[index]!;
    const place = entry - this.#starts[index]!;
    const text = decoder.decode(bytes.subarray(place === 0 ? 0 : ends[place - 1], ends[place]));
    return isToken[place] ? JSON.parse(text) : text;
  }
}
