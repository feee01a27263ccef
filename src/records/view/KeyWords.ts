import type { KeyLayout } from './columnKind.js';
import { NO_KEY, type KeyWord } from './radixSort.js';
import { type Steps, STEP_ROWS } from './Steps.js';

/** High word of a text: behind that of Infinity, before the one for no value. */
const TEXT_HIGH = 0xfff8_0000;
const SIGN = 0x8000_0000;
const LEAST_CAPACITY = 1024;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const [LOW, HIGH] = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? [0, 1] : [1, 0];

/** The sort keys of rows or dictionary entries, in one word or two. */
export class KeyWords {
  readonly high: Uint32Array | null;
  readonly low: Uint32Array;

  constructor(layout: KeyLayout, capacity: number) {
    const isWide = layout === 'doubles' || layout === 'longTimes' || layout === 'mixed';
    this.high = isWide ? new Uint32Array(capacity) : null;
    this.low = new Uint32Array(capacity);
  }

  words(isDescending: boolean): KeyWord[] {
    const low = { keys: this.low, isDescending, isLow: this.high !== null };
    return this.high ? [{ keys: this.high, isDescending, isLow: false }, low] : [low];
  }

  setNone(i: number): void {
    this.low[i] = NO_KEY;
    if (this.high) this.high[i] = NO_KEY;
  }

  setInt(i: number, int: number): void {
    this.low[i] = int + SIGN;
  }

  /** Doubles as the order of their bit patterns; -0 is 0. */
  setDouble(i: number, number: number): void {
    double[0] = number + 0;
    const high = halves[HIGH!]!;
    const isNegative = high >= SIGN;
    this.high![i] = isNegative ? ~high : high + SIGN;
    this.low[i] = isNegative ? ~halves[LOW!]! : halves[LOW!]!;
  }

  setRank(i: number, rank: number): void {
    this.low[i] = rank;
    if (this.high) this.high[i] = TEXT_HIGH;
  }

  copy(i: number, from: KeyWords, at: number): void {
    this.low[i] = from.low[at]!;
    if (this.high) this.high[i] = from.high![at]!;
  }

  /** The first `size` keys with room for `capacity`, with ranks moved; in place where nothing changes. */
  *grown(
    layout: KeyLayout,
    size: number,
    capacity: number,
    moved: Uint32Array | null,
  ): Steps<KeyWords> {
    if (!moved && this.low.length >= capacity) return this;
    const isLarger = this.low.length < capacity;
    const room = isLarger
      ? Math.max(LEAST_CAPACITY, capacity, size > 0 ? 2 * this.low.length : 0)
      : this.low.length;
    const grown = new KeyWords(layout, room);
    for (let start = 0; start < size; start += STEP_ROWS, yield) {
      const end = Math.min(size, start + STEP_ROWS);
      grown.high?.set(this.high!.subarray(start, end), start);
      if (moved) move(this, grown, start, end, moved);
      else grown.low.set(this.low.subarray(start, end), start);
    }
    return grown;
  }
}

function move(
  { low, high }: KeyWords,
  { low: to }: KeyWords,
  start: number,
  end: number,
  moved: Uint32Array,
): void {
  for (let i = start; i < end; i++) {
    const key = low[i]!;
    const isRank = high ? high[i] === TEXT_HIGH : key !== NO_KEY;
    to[i] = isRank ? moved[key]! : key;
  }
}
