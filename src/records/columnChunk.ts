/** What stands in a cell besides a value. */
export const VALUE = 0;
export const NULL = 1;
export const ABSENT = 2;

/** Codes of a chunk below this one are no dictionary entries: 0 is absent, 1 is null. */
export const FIRST_CODE = 2;

/** Which cells hold no value (NULL, ABSENT), a byte a row; null where all do. */
export type CellFlags = Uint8Array<ArrayBuffer> | null;

/** The cells of one column in one batch. Every buffer may be transferred. */
export type ColumnChunk =
  /** `codes[row] − FIRST_CODE` is the number of an entry of the column's dictionary. */
  | { kind: 'code'; codes: CodeArray }
  | { kind: 'number'; numbers: NumberArray; flags: CellFlags }
  /** Texts `YYYY-MM-DD HH:MM:SS` as seconds from 1970-01-01 00:00:00, no time zone. */
  | { kind: 'time'; seconds: Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>; flags: CellFlags }
  /** Texts that hardly repeat, as UTF-8 one behind the other; row `i` ends before `ends[i]`. */
  | {
      kind: 'text';
      bytes: Uint8Array<ArrayBuffer>;
      ends: Uint32Array<ArrayBuffer>;
      flags: CellFlags;
    };

export type CodeArray =
  Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
export type NumberArray =
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The smallest array that holds codes up to `most`. */
export function packCodes(codes: Uint32Array, most: number): CodeArray {
  if (most < 2 ** 8) return new Uint8Array(codes);
  return most < 2 ** 16 ? new Uint16Array(codes) : new Uint32Array(codes);
}

/** The smallest array that holds the numbers to the letter. */
export function packNumbers(numbers: Float64Array): NumberArray {
  let least = 0;
  let most = 0;
  for (const number of numbers) {
    // -0 is an int to every test but this one
    if ((number | 0) !== number || (number === 0 && 1 / number < 0))
      return new Float64Array(numbers);
    if (number < least) least = number;
    else if (number > most) most = number;
  }
  if (least >= -(2 ** 7) && most < 2 ** 7) return new Int8Array(numbers);
  return least >= -(2 ** 15) && most < 2 ** 15 ? new Int16Array(numbers) : new Int32Array(numbers);
}

/** The smallest array that holds whole seconds. */
export function packTimes(
  seconds: Float64Array,
): Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  for (const second of seconds) if ((second | 0) !== second) return new Float64Array(seconds);
  return new Int32Array(seconds);
}

/** Bytes of all buffers of a chunk. */
export function chunkBytes(chunk: ColumnChunk): number {
  return buffersOf(chunk).reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** The buffers of a chunk, for transfer. */
export function buffersOf(chunk: ColumnChunk): ArrayBuffer[] {
  if (chunk.kind === 'code') return [chunk.codes.buffer];
  const flags = chunk.flags ? [chunk.flags.buffer] : [];
  if (chunk.kind === 'number') return [chunk.numbers.buffer, ...flags];
  if (chunk.kind === 'time') return [chunk.seconds.buffer, ...flags];
  return [chunk.bytes.buffer, chunk.ends.buffer, ...flags];
}
