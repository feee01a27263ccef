import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { ColumnTable } from '../../src/records/index.js';
import type { RecordDecoder } from '../../src/records/RecordDecoder.js';

export const encode = (text: string) => new TextEncoder().encode(text);

/** Appends the rows of a JSON array to a table, and expects them there as JSON.parse gives them. */
export function expectSame(decoder: RecordDecoder, table: ColumnTable, json: string) {
  const from = table.rowCount;
  table.append(decoder.decode(encode(json), 0, 4).batch);
  expect(isDeepStrictEqual(table.toJSON(from), JSON.parse(json)), json).toBe(true);
}
