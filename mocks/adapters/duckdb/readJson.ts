import type { DuckDBBlobVector, DuckDBDataChunk } from '@duckdb/node-api';
import type { FetchedRows } from './streamQuery.js';

const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;

/** The UTF-8 of a row's JSON, which the query made as `encode(to_json(…)::VARCHAR)`. */
export function jsonBytes(chunk: DuckDBDataChunk, row: number): Uint8Array {
  const bytes = (chunk.getColumnVector(1) as DuckDBBlobVector).getItemBytes(row);
  if (!bytes) throw new Error('A query gave a row without its JSON.');
  return bytes;
}

/** One JSON array of the values. */
export function joinJson(values: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const commas = Math.max(0, values.length - 1);
  const size = values.reduce((sum, value) => sum + value.byteLength, 2 + commas);
  const joined = new Uint8Array(size).fill(COMMA);
  joined[0] = OPEN;
  let end = 1;
  for (const value of values) {
    joined.set(value, end);
    end += value.byteLength + 1;
  }
  joined[size - 1] = CLOSE;
  return joined;
}

/** The objects of a chunk's JSON column: at most 2048, so that no thread is held for long. */
export function parseRows<T>({ chunk, rowCount }: FetchedRows): T[] {
  const values = Array.from({ length: rowCount }, (_, row) => jsonBytes(chunk, row));
  return JSON.parse(new TextDecoder().decode(joinJson(values))) as T[];
}

/** Unpaired surrogates, which JSON cannot hand to the database, make a name that no row has. */
export function bindTexts(texts: readonly string[]): string {
  return JSON.stringify(texts.map((text) => (/\p{Surrogate}/u.test(text) ? '' : text)));
}

/** The values bound as `$name` with their number, from 1, in the order given. */
export function askedSql(name: string, column: string, type: 'VARCHAR' | 'INTEGER'): string {
  const list = `from_json($${name}, '["${type}"]')`;
  return `SELECT unnest(${list}) AS ${column}, generate_subscripts(${list}, 1)::INTEGER AS ord`;
}
