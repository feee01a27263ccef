import { JsonBytes } from '../stream/JsonBytes.js';
import type { ColumnBuilder } from './ColumnBuilder.js';
import { DATE_TIME_LENGTH, readDay, readTime } from './dateTime.js';
import { addWord, byteSource, EMPTY_HASH, endHash, hashOf } from './murmur.js';
import { lastNumber, readNumber } from './readNumber.js';
import { hasSpecial, HIGH_BITS } from './specialBytes.js';

const QUOTE = 0x22;
const MINUS = 0x2d;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const LETTER_I = 0x49;
const LETTER_N = 0x4e;
/** A text of this many bytes, quotes included, may be a date and time. */
const TIME_TOKEN_LENGTH = DATE_TIME_LENGTH + 2;

const fatalDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const TRUE = encoder.encode('true');
const FALSE = encoder.encode('false');
const NULL = encoder.encode('null');
const NAN = encoder.encode('NaN');
const INFINITY = encoder.encode('Infinity');

/** Reads JSON values from bytes straight into their columns. */
export class ValueReader extends JsonBytes {
  source = byteSource(this.bytes);
  view = this.source.view;

  /** Begins with other bytes. */
  begin(bytes: Uint8Array): void {
    this.source = byteSource(bytes);
    this.bytes = bytes;
    this.view = this.source.view;
    this.nonFiniteNumbers = 0;
  }

  /**
   * A value at `p`, into its column, behind a value with the code `before`; returns the place behind it.
   */
  read(column: ColumnBuilder, p: number, before: number): number {
    const byte = this.bytes[p]!;
    if (byte === QUOTE) return this.#text(column, p, before);
    if (byte <= 0x39 && byte >= 0x30) return this.#number(column, p);
    if (byte === MINUS) {
      if (this.bytes[p + 1] === LETTER_I) return this.#nonFinite(column, p + 1, INFINITY);
      return this.#number(column, p);
    }
    return this.#otherValue(column, p, byte);
  }

  /** Whether `expected` stands at `p`. */
  stands(expected: Uint8Array, p: number): boolean {
    const bytes = this.bytes;
    const { length } = expected;
    for (let i = 0; i < length; i++) if (bytes[p + i] !== expected[i]) return false;
    return true;
  }

  #number(column: ColumnBuilder, p: number): number {
    const end = readNumber(this.bytes, p);
    if (end < 0) throw this.error(p, 'a number was expected');
    column.pushNumber(lastNumber.value);
    return end;
  }

  #text(column: ColumnBuilder, p: number, before: number): number {
    const { mode } = column;
    if (mode === 'times' || mode === 'undecided') {
      const end = this.#time(column, p);
      if (end > 0) return end;
    } else if (mode === 'codes') {
      const end = column.pushPredicted(this.source, p + 1, before, QUOTE);
      if (end > 0) return end;
    } else if (column.lastLength > 0 && this.#isSame(column, p)) {
      column.pushSame(this.bytes);
      column.lastStart = p;
      return p + column.lastLength;
    }
    return this.#freshText(column, p, before);
  }

  /** A text without escapes: found and hashed four bytes at a time, up to the word of its quote. */
  #freshText(column: ColumnBuilder, p: number, before: number): number {
    const view = this.view;
    const bytes = this.bytes;
    const lastWord = bytes.length - 4;
    let hash = EMPTY_HASH;
    let bits = 0;
    let q = p + 1;
    for (; q <= lastWord; q += 4) {
      const word = view.getInt32(q, true);
      if (hasSpecial(word)) break;
      hash = addWord(hash, word);
      bits |= word;
    }
    let tail = 0;
    let byte = bytes[q]!;
    for (let shift = 0; byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20; shift += 8) {
      tail |= byte << shift;
      byte = bytes[++q]!;
    }
    if (byte !== QUOTE) return this.#oddText(column, p);
    hash = endHash(hash, tail, q - p - 1);
    const isNew = column.pushText(this.source, p + 1, q, hash);
    if (isNew && ((bits | tail) & HIGH_BITS) !== 0) this.decodeText(p + 1, q);
    column.learn(before);
    column.lastStart = p;
    column.lastLength = q + 1 - p;
    return q + 1;
  }

  /** Whether the text at `p` is that of the row above; the last byte, a quote, tells most apart. */
  #isSame(column: ColumnBuilder, p: number): boolean {
    const bytes = this.bytes;
    const view = this.view;
    const end = p + column.lastLength;
    if (bytes[end - 1] !== QUOTE) return false;
    const distance = p - column.lastStart;
    let q = p;
    for (; q + 4 <= end; q += 4)
      if (view.getInt32(q, true) !== view.getInt32(q - distance, true)) return false;
    for (; q < end; q++) if (bytes[q] !== bytes[q - distance]) return false;
    return true;
  }

  /** A date and time at `p`, into its column; returns the place behind it, 0 where none stands there. */
  #time(column: ColumnBuilder, p: number): number {
    const bytes = this.bytes;
    if (bytes[p + TIME_TOKEN_LENGTH - 1] !== QUOTE) return 0;
    const seconds = readTime(bytes, p + 12);
    if (!(seconds >= 0)) return 0;
    if (column.lastLength === 0 || !this.#isSameDay(column, p)) {
      const day = readDay(bytes, p + 1);
      if (Number.isNaN(day)) return 0;
      column.lastDay = day;
    }
    column.pushTime(column.lastDay + seconds);
    column.lastStart = p;
    column.lastLength = TIME_TOKEN_LENGTH;
    return p + TIME_TOKEN_LENGTH;
  }

  #isSameDay(column: ColumnBuilder, p: number): boolean {
    const view = this.view;
    const last = column.lastStart;
    // three words, the quote and the space among them; the day, which differs first, before the year
    return (
      view.getInt32(p + 8, true) === view.getInt32(last + 8, true) &&
      view.getInt32(p + 4, true) === view.getInt32(last + 4, true) &&
      view.getInt32(p, true) === view.getInt32(last, true)
    );
  }

  /** A text with escapes, or none at all. */
  #oddText(column: ColumnBuilder, p: number): number {
    const end = this.textEnd(p);
    const hash = hashOf(this.source, p + 1, end - 1);
    if (column.pushEscaped(this.source, p + 1, end - 1, hash)) return end;
    const text = this.parse(p, end) as string;
    const utf8 = encoder.encode(text);
    // a lone surrogate has no UTF-8
    if (fatalDecoder.decode(utf8) !== text) column.pushToken(encoder.encode(JSON.stringify(text)));
    else this.#pushWhole(column, utf8);
    column.rememberEscaped(this.source, p + 1, end - 1, hash);
    column.lastLength = 0;
    return end;
  }

  #pushWhole(column: ColumnBuilder, utf8: Uint8Array): void {
    const source = byteSource(utf8);
    column.pushText(source, 0, utf8.length, hashOf(source, 0, utf8.length));
  }

  #otherValue(column: ColumnBuilder, p: number, byte: number): number {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return this.#nested(column, p);
    if (this.stands(NULL, p)) {
      column.pushNull();
      return p + NULL.length;
    }
    if (byte === LETTER_N) return this.#nonFinite(column, p, NAN);
    if (byte === LETTER_I) return this.#nonFinite(column, p, INFINITY);
    const literal = this.stands(TRUE, p) ? TRUE : FALSE;
    if (!this.stands(literal, p)) throw this.error(p, 'a value was expected');
    column.pushToken(literal);
    return p + literal.length;
  }

  /** A bare NaN or Infinity is taken as null, and counted. */
  #nonFinite(column: ColumnBuilder, p: number, word: Uint8Array): number {
    if (!this.stands(word, p)) throw this.error(p, 'a value was expected');
    column.pushNull();
    this.nonFiniteNumbers++;
    return p + word.length;
  }

  /** An array or object, kept as its JSON. */
  #nested(column: ColumnBuilder, p: number): number {
    const q = this.valueEnd(p);
    const before = this.nonFiniteNumbers;
    const value = this.parse(p, q);
    const isJson = this.nonFiniteNumbers === before;
    column.pushToken(isJson ? this.bytes.subarray(p, q) : encoder.encode(JSON.stringify(value)));
    return q;
  }
}
