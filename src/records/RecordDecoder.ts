import type { Steps } from '../stream/Steps.js';
import { holdTo } from '../stream/errors/LimitExceededError.js';
import { ColumnBuilder } from './ColumnBuilder.js';
import { statisticsOf } from './chunkStatistics.js';
import type { DecodedBatch } from './DecodedBatch.js';
import { drain } from '../stream/drain.js';
import { createSeparator, isSeparator, type Separator } from './separator.js';
import { ValueReader } from './ValueReader.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LEAST_ROWS = 64;
/**
 * A server may announce any number of rows: room for more than this is made as they come. As many
 * columns as may be have fewer cells then than a batch may have.
 */
const MOST_ROWS_AT_ONCE = 16_384;
/** Rows between two chances to pause: well below a millisecond. */
const STEP_ROWS = 500;

/** The rows of a whole array. */
export interface DecodedArray {
  batches: DecodedBatch[];
  /** The place behind the array. */
  end: number;
}

/**
 * Turns the rows of a JSON array into columns, straight from the bytes: a row is expected to have
 * the bytes of the row before it between its values, and a value to be that of the row above.
 * Whatever is not as expected takes a slower way to the same result, which equals JSON.parse.
 * One decoder a table: it keeps the dictionaries.
 */
export class RecordDecoder {
  readonly #columns: ColumnBuilder[] = [];
  readonly #byName = new Map<string, ColumnBuilder>();
  /** The columns of the last row, in the order of its keys. */
  #shape: ColumnBuilder[] = [];
  /** The bytes before each value of the last row, and behind the last one. */
  #separators: Separator[] = [];
  /** Columns that the last row had not. */
  #absent: ColumnBuilder[] = [];
  readonly #values = new ValueReader();
  #rows = 0;
  #capacity = 0;

  /**
   * Decodes the array of objects that begins at `bytes[start]`; `rowHint` is how many are expected.
   * @throws JsonSyntaxError with the place in `bytes`, LimitExceededError; nothing of the batch is kept then
   */
  decode(bytes: Uint8Array, start: number, rowHint: number): { batch: DecodedBatch; end: number } {
    const { batches, end } = drain(this.steps(bytes, start, rowHint));
    return { batch: batches[0]!, end };
  }

  /**
   * As `decode`, in batches of at most `mostRows`, at least one; stops between a few hundred rows, so
   * that whoever drives it may pause.
   */
  *steps(
    bytes: Uint8Array,
    start: number,
    rowHint: number,
    mostRows = Infinity,
  ): Steps<DecodedArray> {
    const restore = this.mark();
    const batches: DecodedBatch[] = [];
    try {
      this.#values.begin(bytes);
      if (bytes[start] !== OPEN_BRACKET) throw this.#values.error(start, 'an array was expected');
      let p = this.#values.skipSpace(start + 1);
      do {
        this.#begin(bytes.length - p, Math.min(rowHint, mostRows));
        while (bytes[p] !== CLOSE_BRACKET && this.#rows < mostRows) {
          p = this.#someRows(p, Math.min(mostRows, this.#rows + STEP_ROWS));
          yield;
        }
        batches.push(this.#finish());
      } while (bytes[p] !== CLOSE_BRACKET);
      return { batches, end: p + 1 };
    } catch (error) {
      restore();
      throw error;
    }
  }

  /**
   * Remembers where the decoder stands. What is returned goes back there: columns that came later are
   * forgotten, and so are dictionary entries, which are made again with the rows that have them.
   */
  mark(): () => void {
    const given = this.#columns.map(({ dictionary }) => dictionary.given);
    return () => {
      for (const { name } of this.#columns.splice(given.length)) this.#byName.delete(name);
      this.#columns.forEach((column, i) => column.cutTo(given[i]!));
      this.#shape = [];
      this.#absent = [];
    };
  }

  /** Rows from `p` on, until the batch has `until`; returns the place of the next row or of the array's end. */
  #someRows(start: number, until: number): number {
    const { bytes } = this.#values;
    let p = start;
    while (this.#rows < until) {
      if (this.#rows === this.#capacity) this.#grow();
      p = this.#values.skipSpace(this.#row(p));
      this.#rows++;
      const byte = bytes[p];
      if (byte === CLOSE_BRACKET) return p;
      if (byte !== COMMA)
        throw this.#values.error(p, 'a comma or the end of the array was expected');
      p = this.#values.skipSpace(p + 1);
      if (bytes[p] === CLOSE_BRACKET) throw this.#values.error(p, 'a row was expected');
    }
    return p;
  }

  #begin(bytesLeft: number, rowHint: number): void {
    this.#values.nonFiniteNumbers = 0;
    this.#rows = 0;
    // a row has at least the two bytes of its braces: a hint cannot ask for more memory than that
    this.#capacity = Math.max(LEAST_ROWS, Math.min(rowHint, bytesLeft >>> 1, MOST_ROWS_AT_ONCE));
    for (const column of this.#columns) column.begin(this.#capacity);
  }

  /** What a batch takes in memory is its rows by its columns, however few of the cells are there. */
  #holdCells(): void {
    holdTo('maxCells', this.#columns.length * this.#capacity);
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#holdCells();
    for (const column of this.#columns) column.reserve(this.#capacity);
  }

  #finish(): DecodedBatch {
    const columns = this.#columns.map((column) => {
      const chunk = column.finish();
      const statistics = chunk ? statisticsOf(chunk, column.hasGaps) : undefined;
      return {
        name: column.name,
        chunk,
        increment: column.dictionary.takeIncrement(),
        statistics,
      };
    });
    return { rowCount: this.#rows, columns, nonFiniteNumbers: this.#values.nonFiniteNumbers };
  }

  /** A row at `p`; returns the place behind it. */
  #row(p: number): number {
    const values = this.#values;
    const { bytes, source } = values;
    const shape = this.#shape;
    const separators = this.#separators;
    const { length } = shape;
    let at = p;
    let column = 0;
    let before = 0;
    for (; column < length; column++) {
      const separator = separators[column]!;
      if (!isSeparator(source, separator, at)) break;
      at += separator.length;
      // white space where the last row had none
      if (bytes[at]! <= 0x20) break;
      const builder = shape[column]!;
      at = values.read(builder, at, before);
      before = builder.lastCode;
    }
    if (column === length && length > 0 && isSeparator(source, separators[length]!, at)) {
      for (const absent of this.#absent) absent.pushAbsent();
      return at + separators[length]!.length;
    }
    while (column > 0) shape[--column]!.pop();
    return this.#unexpectedRow(p);
  }

  /** A row whose keys are not those of the row before: they are the next row's expectation. */
  #unexpectedRow(start: number): number {
    const { bytes } = this.#values;
    if (bytes[start] !== OPEN_BRACE) throw this.#values.error(start, 'a row must be an object');
    const shape: ColumnBuilder[] = [];
    const separators: Separator[] = [];
    let repeats = false;
    let before = start;
    let p = this.#values.skipSpace(start + 1);
    while (bytes[p] !== CLOSE_BRACE || shape.length > 0) {
      const keyEnd = this.#values.textEnd(p);
      const column = this.#columnOf(this.#values.parse(p, keyEnd) as string);
      p = this.#values.skipSpace(keyEnd);
      if (bytes[p] !== COLON) throw this.#values.error(p, 'a colon was expected');
      p = this.#values.skipSpace(p + 1);
      if (column.rows > this.#rows) {
        column.pop();
        repeats = true;
      } else shape.push(column);
      separators.push(createSeparator(bytes.subarray(before, p)));
      holdTo('maxFields', separators.length);
      before = this.#values.read(column, p, 0);
      p = this.#values.skipSpace(before);
      if (bytes[p] === CLOSE_BRACE) break;
      if (bytes[p] !== COMMA)
        throw this.#values.error(p, 'a comma or the end of the row was expected');
      p = this.#values.skipSpace(p + 1);
    }
    separators.push(createSeparator(bytes.subarray(before, p + 1)));
    this.#absent = this.#columns.filter((column) => column.rows === this.#rows);
    for (const column of this.#absent) column.pushAbsent();
    this.#shape = repeats ? [] : shape;
    this.#separators = separators;
    return p + 1;
  }

  #columnOf(name: string): ColumnBuilder {
    const known = this.#byName.get(name);
    if (known) return known;
    holdTo('maxNameLength', name.length);
    holdTo('maxColumns', this.#columns.length + 1);
    const column = new ColumnBuilder(name);
    column.begin(this.#capacity);
    for (let row = 0; row < this.#rows; row++) column.pushAbsent();
    this.#columns.push(column);
    this.#byName.set(name, column);
    this.#holdCells();
    return column;
  }
}
