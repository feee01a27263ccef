import { FIXED_LIMITS } from '../protocol/TraceLimits.js';
import { holdTo } from './errors/LimitExceededError.js';
import { JsonSyntaxError } from './JsonSyntaxError.js';
import { parseJsonText } from './parseLine.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const MOST_DEPTH = FIXED_LIMITS.maxDepth;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How far an array or object has been looked through. */
export interface NestedPlace {
  /** The place to go on at. */
  at: number;
  /** Arrays and objects that are open there; 0 at the end. */
  depth: number;
}

/** JSON as bytes: finds where its values end, and makes values of those that are asked for. */
export class JsonBytes {
  bytes: Uint8Array;
  /** Bare NaN, Infinity and -Infinity in the values made so far, which were taken as null. */
  nonFiniteNumbers = 0;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
  }

  error(at: number, reason: string): JsonSyntaxError {
    return new JsonSyntaxError(at, reason);
  }

  isObject(p: number): boolean {
    return this.bytes[p] === OPEN_BRACE;
  }

  isArray(p: number): boolean {
    return this.bytes[p] === OPEN_BRACKET;
  }

  skipSpace(p: number): number {
    const bytes = this.bytes;
    for (;;) {
      const byte = bytes[p];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return p;
      p++;
    }
  }

  /** The place behind the text that begins at `p`, whatever it holds. */
  textEnd(p: number): number {
    const bytes = this.bytes;
    if (bytes[p] !== QUOTE) throw this.error(p, 'a text was expected');
    for (let q = p + 1; q < bytes.length; q++) {
      if (bytes[q] === BACKSLASH) q++;
      else if (bytes[q] === QUOTE) return q + 1;
    }
    throw this.error(p, 'a text does not end');
  }

  /** The place behind the value at `p`, which is not yet known to be one. */
  valueEnd(p: number): number {
    if (!this.isObject(p) && !this.isArray(p)) return this.scalarEnd(p);
    const place = { at: p, depth: 0 };
    this.goOn(p, place, Infinity);
    return place.at;
  }

  /** The place behind the value at `p`, which is neither array nor object. */
  scalarEnd(p: number): number {
    const { bytes } = this;
    if (bytes[p] === QUOTE) return this.textEnd(p);
    let q = p;
    while (q < bytes.length && !isEndOfScalar(bytes[q]!)) q++;
    if (q === p) throw this.error(p, 'a value was expected');
    return q;
  }

  /** Goes on with the array or object at `p`, to its end or some way beyond `until`. */
  goOn(p: number, place: NestedPlace, until: number): void {
    const { bytes } = this;
    let { at, depth } = place;
    do {
      const byte = bytes[at];
      if (byte === undefined) throw this.error(p, 'an array or object does not end');
      if (byte === QUOTE) at = this.textEnd(at) - 1;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > MOST_DEPTH) holdTo('maxDepth', depth);
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      at++;
    } while (depth > 0 && at < until);
    place.at = at;
    place.depth = depth;
  }

  /** The value of the JSON `bytes[start … end)`, between the texts `before` and `behind`. */
  parse(start: number, end: number, before = '', behind = ''): unknown {
    const text = this.decodeText(start, end);
    try {
      const { value, nonFiniteNumbers } = parseJsonText(before + text + behind);
      this.nonFiniteNumbers += nonFiniteNumbers;
      return value;
    } catch (cause) {
      // also a RangeError: what is nested too deep overflows the engine's stack
      throw this.error(start, cause instanceof Error ? cause.message : String(cause));
    }
  }

  decodeText(start: number, end: number): string {
    try {
      return decoder.decode(this.bytes.subarray(start, end));
    } catch {
      throw this.error(start, 'text that is no UTF-8');
    }
  }
}

function isEndOfScalar(byte: number): boolean {
  return byte <= 0x20 || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}
