import {
  ABSENT,
  type ColumnChunk,
  FIRST_CODE,
  NULL,
  packCodes,
  packNumbers,
  packTimes,
} from './columnChunk.js';
import { formatDateTime } from './dateTime.js';
import { Dictionary } from './Dictionary.js';
import { EscapedTexts } from './EscapedTexts.js';
import { LooseTexts } from './LooseTexts.js';
import { byteSource, type ByteSource, hashOf } from './murmur.js';
import { TextPredictor } from './TextPredictor.js';

/** How the cells of the batch under way are kept. */
export type BuildMode = 'undecided' | 'codes' | 'numbers' | 'times' | 'texts';

/** A dictionary smaller than this is kept, however little its entries repeat. */
const LEAST_ENTRIES_TO_LEAVE = 4096;
/** More entries a row than this, and the column's texts leave the dictionary. */
const MOST_ENTRIES_PER_ROW = 0.5;

const encoder = new TextEncoder();

/** Collects the cells of one column, batch by batch; its dictionary lives as long as the table. */
export class ColumnBuilder {
  readonly name: string;
  readonly dictionary = new Dictionary();
  mode: BuildMode = 'undecided';
  /** Whether nulls or absent cells may be among the cells of the batch. */
  hasGaps = false;
  /** Cells of the batch so far. */
  rows = 0;
  /** The code of the last cell that was given one. */
  lastCode = 0;
  /** Where the last cell's text stands in the line, quotes included; length 0 where it is none. */
  lastStart = 0;
  lastLength = 0;
  /** Seconds of the last time's midnight. */
  lastDay = 0;
  /** The cell that the newest dictionary entry was made for; −1 where it stands for good. */
  #newestAt = -1;
  readonly #predictor = new TextPredictor();
  readonly #escaped = new EscapedTexts();
  #codes = new Uint32Array(0);
  #numbers = new Float64Array(0);
  readonly #loose = new LooseTexts();
  #flags: Uint8Array<ArrayBuffer> | null = null;
  /** The column's texts hardly repeat, and have left the dictionary. */
  #isLoose = false;
  #codedRows = 0;

  constructor(name: string) {
    this.name = name;
  }

  begin(capacity: number): void {
    this.mode = 'undecided';
    this.rows = 0;
    this.lastLength = 0;
    this.#newestAt = -1;
    this.hasGaps = false;
    this.#loose.begin();
    this.#flags = null;
    this.reserve(capacity);
  }

  /** The cell of the row above once more, where texts are kept one by one. */
  pushSame(bytes: Uint8Array): void {
    const end = this.lastStart + this.lastLength - 1;
    this.#loose.push(this.rows++, bytes, this.lastStart + 1, end);
  }

  /**
   * Takes the text at `start` where it is what came behind the code `before` last, and the byte `end`
   * behind it; returns the place behind that byte, 0 where it is another text.
   */
  pushPredicted(source: ByteSource, start: number, before: number, end: number): number {
    const code = this.#predictor.predict(before);
    if (code === 0) return 0;
    const entry = code - FIRST_CODE;
    const p = start + this.dictionary.lengthOf(entry);
    if (source.bytes[p] !== end || !this.dictionary.standsAt(entry, source, start)) return 0;
    this.lastCode = code;
    this.#codes[this.rows++] = code;
    return p + 1;
  }

  /** Remembers the last cell as what comes behind the code `before`: a text without escapes. */
  learn(before: number): void {
    if (this.mode === 'codes') this.#predictor.learn(before, this.lastCode);
  }

  /**
   * A text without escapes, `bytes[start … end)`, with its hash. Returns whether its bytes are new to
   * the column, and so may yet be no UTF-8.
   */
  pushText(source: ByteSource, start: number, end: number, hash: number): boolean {
    if (this.mode === 'undecided' && this.#isLoose) this.mode = 'texts';
    if (this.mode === 'texts') {
      this.#loose.push(this.rows++, source.bytes, start, end);
      return true;
    }
    if (this.mode !== 'codes') this.#toCodes();
    const { dictionary } = this;
    let entry = dictionary.findText(source, start, end, hash);
    const isNew = entry < 0;
    if (isNew) {
      entry = dictionary.addText(source, start, end, hash);
      this.#newestAt = this.rows;
    }
    this.lastCode = entry + FIRST_CODE;
    this.#codes[this.rows++] = this.lastCode;
    return isNew;
  }

  pushNumber(number: number): void {
    if (this.mode === 'undecided') this.mode = 'numbers';
    if (this.mode !== 'numbers') return this.pushToken(encoder.encode(numberToken(number)));
    this.lastLength = 0;
    this.#numbers[this.rows++] = number;
  }

  pushTime(seconds: number): void {
    if (this.mode === 'undecided') this.mode = 'times';
    this.#numbers[this.rows++] = seconds;
  }

  pushNull(): void {
    this.#pushFlag(NULL);
  }

  pushAbsent(): void {
    this.#pushFlag(ABSENT);
  }

  /** Any JSON value by its token. */
  pushToken(token: Uint8Array): void {
    if (this.mode !== 'codes') this.#toCodes();
    this.lastLength = 0;
    const { size } = this.dictionary;
    const entry = this.dictionary.token(token);
    if (entry === size) this.#newestAt = this.rows;
    this.#codes[this.rows++] = entry + FIRST_CODE;
  }

  /** Takes the text with escapes `bytes[start … end)`, where it is remembered; whether it was. */
  pushEscaped(source: ByteSource, start: number, end: number, hash: number): boolean {
    if (this.mode !== 'codes') return false;
    const code = this.#escaped.find(source, start, end, hash);
    if (code < 0) return false;
    this.lastLength = 0;
    this.#codes[this.rows++] = code;
    return true;
  }

  /** Remembers that the text with escapes `bytes[start … end)` is the one that was pushed last. */
  rememberEscaped(source: ByteSource, start: number, end: number, hash: number): void {
    if (this.mode !== 'codes') return;
    this.#escaped.add(source, start, end, hash, this.#codes[this.rows - 1]!);
  }

  /** Forgets the dictionary's entries from `size` on. */
  cutTo(size: number): void {
    this.dictionary.cutTo(size);
    this.#escaped.clear();
    this.#predictor.clear();
  }

  /** Turns what the batch holds so far into codes, for a cell that fits nothing else. */
  #toCodes(): void {
    const { mode, rows } = this;
    const flags = this.#flags;
    const from = this.#cells();
    this.mode = 'codes';
    for (let row = 0; row < rows; row++) {
      const flag = flags?.[row] ?? 0;
      if (flag !== 0) this.#codes[row] = flag === NULL ? 1 : 0;
      else if (mode === 'numbers')
        this.#codes[row] = this.#tokenCode(numberToken(this.#numbers[row]!));
      else if (mode === 'times')
        this.#codes[row] = this.#textCode(formatDateTime(this.#numbers[row]!));
      else if (from.kind === 'text') {
        const start = row === 0 ? 0 : from.ends[row - 1]!;
        this.#codes[row] = this.#bytesCode(from.bytes, start, from.ends[row]!);
      }
    }
    this.#flags = null;
    this.lastLength = 0;
  }

  /** The batch as a chunk, null where no row has the column; the next one begins with `begin`. */
  finish(): ColumnChunk | null {
    if (this.mode === 'undecided' && this.#flags?.subarray(0, this.rows).every(isAbsent))
      return null;
    const chunk = this.#cells();
    if (chunk.kind === 'code') {
      this.#codedRows += this.rows;
      const { size } = this.dictionary;
      if (size >= LEAST_ENTRIES_TO_LEAVE && size > MOST_ENTRIES_PER_ROW * this.#codedRows) {
        this.#isLoose = true;
      }
    }
    return chunk;
  }

  #cells(): ColumnChunk {
    const { rows } = this;
    const flags = this.#flags && this.#flags.slice(0, rows);
    switch (this.mode) {
      case 'numbers':
        return { kind: 'number', numbers: packNumbers(this.#numbers.subarray(0, rows)), flags };
      case 'times':
        return { kind: 'time', seconds: packTimes(this.#numbers.subarray(0, rows)), flags };
      case 'texts':
        return { kind: 'text', ...this.#loose.take(rows), flags };
      case 'undecided':
        return { kind: 'number', numbers: new Int8Array(rows), flags };
      case 'codes':
        return { kind: 'code', codes: packCodes(this.#codes.subarray(0, rows), this.#mostCode()) };
    }
  }

  #mostCode(): number {
    return this.dictionary.size + FIRST_CODE - 1;
  }

  #pushFlag(flag: number): void {
    this.hasGaps = true;
    this.lastLength = 0;
    if (this.mode === 'codes') {
      this.#codes[this.rows++] = flag === NULL ? 1 : 0;
      return;
    }
    this.#flags ??= new Uint8Array(this.#codes.length);
    this.#flags[this.rows] = flag;
    this.#numbers[this.rows] = 0;
    this.#loose.pushNone(this.rows++);
  }

  #tokenCode(token: string): number {
    return this.dictionary.token(encoder.encode(token)) + FIRST_CODE;
  }

  #textCode(text: string): number {
    const bytes = encoder.encode(text);
    return this.#bytesCode(bytes, 0, bytes.length);
  }

  #bytesCode(bytes: Uint8Array, start: number, end: number): number {
    const source = byteSource(bytes);
    const hash = hashOf(source, start, end);
    const known = this.dictionary.findText(source, start, end, hash);
    return (known >= 0 ? known : this.dictionary.addText(source, start, end, hash)) + FIRST_CODE;
  }

  /** Makes room for so many rows. */
  reserve(capacity: number): void {
    if (this.#codes.length >= capacity) return;
    const larger = Math.max(capacity, 2 * this.#codes.length);
    this.#codes = keep(this.#codes, new Uint32Array(larger));
    this.#numbers = keep(this.#numbers, new Float64Array(larger));
    this.#loose.reserve(larger);
    if (this.#flags) this.#flags = keep(this.#flags, new Uint8Array(larger));
  }

  /** Takes the last cell back, and the dictionary entry that was made for it. */
  pop(): void {
    this.rows--;
    this.lastLength = 0;
    if (this.#newestAt === this.rows) {
      const newest = this.dictionary.size - 1;
      this.dictionary.cutTo(newest);
      this.#escaped.forgetLast(newest + FIRST_CODE);
      this.#predictor.forgetLast();
    }
    this.#newestAt = -1;
    if (this.#flags) this.#flags[this.rows] = 0;
    this.#loose.cutTo(this.rows);
  }
}

const isAbsent = (flag: number) => flag === ABSENT;

function keep<T extends Uint8Array | Uint32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/** JSON.stringify loses what JSON.parse can give: -0, and Infinity for 1e999. */
function numberToken(number: number): string {
  if (Object.is(number, -0)) return '-0';
  return Number.isFinite(number) ? String(number) : number > 0 ? '1e999' : '-1e999';
}
