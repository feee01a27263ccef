import { holdTo } from './errors/LimitExceededError.js';
import { JsonBytes } from './JsonBytes.js';
import type { ParsedJson } from './parseLine.js';
import type { Steps } from './Steps.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;
/** Bytes between two chances to pause: well below a millisecond. */
const STEP_BYTES = 65_536;

/** A value that was read, and the place behind it. */
export interface ScannedValue {
  value: unknown;
  end: number;
}

/** Reads what stands behind a key at `p`. */
export type MemberReader = (key: string, p: number) => Steps<ScannedValue>;

/** Walks through large JSON in steps, and makes values only of what is asked for. */
export class JsonScanner extends JsonBytes {
  #depth = 0;

  /**
   * The whole text, an object whose members `read` reads, or any other value.
   * @throws JsonSyntaxError with the place in the bytes
   */
  *document(read: MemberReader): Steps<ParsedJson> {
    const { bytes } = this;
    const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const start = this.skipSpace(hasBom ? 3 : 0);
    const { value, end } = yield* this.isObject(start)
      ? this.object(start, read)
      : this.value(start);
    if (this.skipSpace(end) < bytes.length) throw this.error(end, 'the end was expected');
    return { value, nonFiniteNumbers: this.nonFiniteNumbers };
  }

  /** The object at `p`, with what `read` makes of its members; of a key that repeats the last counts. */
  *object(p: number, read: MemberReader): Steps<ScannedValue> {
    const entries: [string, unknown][] = [];
    // each object that is looked into is a generator in those around it
    holdTo('maxDepth', ++this.#depth);
    const end = yield* this.members(p, function* (key, at) {
      const member = yield* read(key, at);
      entries.push([key, member.value]);
      return member.end;
    });
    this.#depth--;
    // fromEntries defines properties: a key named __proto__ is just a key
    return { value: Object.fromEntries(entries), end };
  }

  /** Hands the key and place of each member of the object at `p` on; `take` returns the place behind it. */
  members(p: number, take: (key: string, p: number) => Steps<number>): Steps<number> {
    return this.#walk(p, (keyStart, keyEnd, at) =>
      take(this.parse(keyStart, keyEnd) as string, at),
    );
  }

  /** Hands the members of the object at `p` on as objects of some 64 KB each; returns the place behind it. */
  *parts(p: number, take: (part: Record<string, unknown>) => void): Steps<number> {
    let from = -1;
    let behind = -1;
    const flush = () => {
      if (from >= 0) take(this.parse(from, behind, '{', '}') as Record<string, unknown>);
      from = -1;
    };
    const skip = (at: number) => this.skip(at);
    const end = yield* this.#walk(p, function* (keyStart, _keyEnd, at) {
      if (from < 0) from = keyStart;
      behind = yield* skip(at);
      if (behind - from >= STEP_BYTES) flush();
      return behind;
    });
    flush();
    return end;
  }

  /** Hands the items of the array at `p` on as arrays of some 64 KB each; returns the place behind it. */
  *items(p: number, take: (part: unknown[]) => void): Steps<number> {
    const { bytes } = this;
    let from = this.skipSpace(p + 1);
    if (bytes[from] === CLOSE_BRACKET) return from + 1;
    for (let at = from; ; at = this.skipSpace(at + 1)) {
      const behind = yield* this.skip(at);
      at = this.skipSpace(behind);
      const isEnd = bytes[at] === CLOSE_BRACKET;
      if (!isEnd && bytes[at] !== COMMA) {
        throw this.error(at, 'a comma or the end of an array was expected');
      }
      if (!isEnd && behind - from < STEP_BYTES) continue;
      take(this.parse(from, behind, '[', ']') as unknown[]);
      if (isEnd) return at + 1;
      yield;
      from = at + 1;
    }
  }

  *#walk(
    p: number,
    take: (keyStart: number, keyEnd: number, p: number) => Steps<number>,
  ): Steps<number> {
    const { bytes } = this;
    let at = this.skipSpace(p + 1);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    for (let pauseAt = at + STEP_BYTES; ; at = this.skipSpace(at + 1)) {
      const keyEnd = this.textEnd(at);
      const colon = this.skipSpace(keyEnd);
      if (bytes[colon] !== COLON) throw this.error(colon, 'a colon was expected');
      at = this.skipSpace(yield* take(at, keyEnd, this.skipSpace(colon + 1)));
      if (bytes[at] === CLOSE_BRACE) return at + 1;
      if (bytes[at] !== COMMA) throw this.error(at, 'a comma or the end of an object was expected');
      if (at < pauseAt) continue;
      yield;
      pauseAt = at + STEP_BYTES;
    }
  }

  /** The value at `p`. */
  *value(p: number): Steps<ScannedValue> {
    const end = yield* this.skip(p);
    return { value: this.parse(p, end), end };
  }

  /** The place behind the value at `p`, which is not looked into. */
  *skip(p: number): Steps<number> {
    if (!this.isObject(p) && !this.isArray(p)) return this.scalarEnd(p);
    const place = { at: p, depth: 0 };
    for (;;) {
      this.goOn(p, place, place.at + STEP_BYTES);
      if (place.depth === 0) return place.at;
      yield;
    }
  }
}
