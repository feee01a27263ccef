import { NUMBERS, OTHERS, TEXTS } from './ColumnCounter.js';
import type { DictionaryIncrement } from './Dictionary.js';

const QUOTE = 0x22;
const MINUS = 0x2d;
const NINE = 0x39;

// a text may begin with U+FEFF
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The values of a column's dictionary, decoded when they are first asked for. */
export class DictionaryValues {
  readonly #increments: DictionaryIncrement[] = [];
  /** First entry of each increment. */
  readonly #starts: number[] = [];
  readonly #values: unknown[] = [];
  /** Kinds of the entries, as a sum of `NUMBERS`, `TEXTS`, `OTHERS`. */
  kinds = 0;
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

  /** @throws Error where entries are missing before these: cells would show the texts of others */
  append(increment: DictionaryIncrement): void {
    if (increment.from !== this.#size) {
      const place = `from ${increment.from} on came behind ${this.#size}`;
      throw new Error(`Entries of a dictionary ${place}; this is a fault of vue-trace-stream.`);
    }
    this.#increments.push(increment);
    this.#starts.push(this.#size);
    this.#size += increment.ends.length;
    const { bytes, ends, isToken } = increment;
    this.kinds |= kindsOf(increment);
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

function kindsOf({ bytes, ends, isToken }: DictionaryIncrement): number {
  let kinds = isToken.includes(0) ? TEXTS : 0;
  for (let i = isToken.indexOf(1); i >= 0; i = isToken.indexOf(1, i + 1)) {
    const first = bytes[i === 0 ? 0 : ends[i - 1]!]!;
    // a text is a token where it has no UTF-8
    kinds |= first === QUOTE ? TEXTS : first === MINUS || first <= NINE ? NUMBERS : OTHERS;
  }
  return kinds;
}
