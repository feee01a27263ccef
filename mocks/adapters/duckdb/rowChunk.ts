import type { DuckDBBlobVector, DuckDBDataChunk, DuckDBIntegerVector } from '@duckdb/node-api';

const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;

/** Rows of a query as DuckDB hands them over, at most 2048. */
export interface RowChunk {
  rowCount: number;
  /** The place of each row. */
  ordinals: Int32Array;
  /** The JSON of the rows, UTF-8, a comma after each. */
  bytes: Uint8Array;
  /** Where the comma of each row stands. */
  ends: Uint32Array;
}

/**
 * Copies the first rows of a chunk with the columns `ord` and `json`, and lets go of the chunk:
 * DuckDB's memory is unknown to the garbage collector, which would leave it for long.
 */
export function takeRows(chunk: DuckDBDataChunk, rowCount: number): RowChunk {
  const places = chunk.getColumnVector(0) as DuckDBIntegerVector;
  const json = chunk.getColumnVector(1) as DuckDBBlobVector;
  const texts = Array.from({ length: rowCount }, (_, row) => {
    const text = json.getItemBytes(row);
    if (!text) throw new Error('A query gave a row without its JSON.');
    return text;
  });
  const size = texts.reduce((sum, text) => sum + text.byteLength + 1, 0);
  const bytes = new Uint8Array(size).fill(COMMA);
  const ends = new Uint32Array(rowCount);
  let end = 0;
  for (const [row, text] of texts.entries()) {
    bytes.set(text, end);
    end += text.byteLength;
    ends[row] = end++;
  }
  const ordinals = Int32Array.from(ends, (_, row) => places.getItem(row) as number);
  const taken = { rowCount, ordinals, bytes, ends };
  chunk.reset();
  return taken;
}

/** The JSON of the rows from `first` to `end`, with the commas between them and the one after. */
export function rowsOf({ bytes, ends }: RowChunk, first: number, end: number): Uint8Array {
  const from = first === 0 ? 0 : (ends[first - 1] as number) + 1;
  const to = end === 0 ? 0 : (ends[end - 1] as number) + 1;
  return bytes.subarray(from, to);
}

/** Pieces of rows, each with a comma after each row, as one JSON array. */
export function joinRows(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 1);
  const joined = new Uint8Array(Math.max(2, size));
  joined[0] = OPEN;
  let end = 1;
  for (const piece of pieces) {
    joined.set(piece, end);
    end += piece.byteLength;
  }
  // in the place of the last comma
  joined[joined.byteLength - 1] = CLOSE;
  return joined;
}

/** The rows as objects: few enough that no thread is held for long. */
export function parseRows<T>({ bytes }: RowChunk): T[] {
  return JSON.parse(new TextDecoder().decode(joinRows([bytes]))) as T[];
}
