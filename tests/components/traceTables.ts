import type { ColumnChunk } from '../../src/records/columnChunk.js';
import { FIRST_CODE } from '../../src/records/columnChunk.js';
import type { DictionaryIncrement } from '../../src/records/Dictionary.js';
import { ColumnTable, type DecodedBatch, LineDecoder } from '../../src/records/index.js';
import { decodeRows } from '../records/decodeRows.js';

/** Rows after which the values of every column but ROW come again. */
export const CYCLE = 50_000;
const FIRST_SECOND = Date.UTC(2025, 8, 1) / 1000;

const TEXT_COLUMNS: Record<string, number> = {
  CONTAINERID: CYCLE,
  WORKCENTERNAME: 40,
  WORKCENTER_GROUP: 12,
  EQUIPMENTID: 400,
  EQUIPMENTNAME: 400,
  SPECNAME: 90,
};

/** The columns of `createTable`; ROW is the number of the row. */
export const COLUMNS = ['ROW', ...Object.keys(TEXT_COLUMNS), 'TRACKINTIMESTAMP', 'TRACKINQTY'];

/** Cells of two cycles: a batch that begins anywhere in the first takes its part of them. */
const cycles = Array.from({ length: 2 * CYCLE }, (_, row) => row % CYCLE);
const codes = new Map(
  Object.entries(TEXT_COLUMNS).map(([name, size]) => [
    name,
    Uint16Array.from(cycles, (row) => FIRST_CODE + (row % size)),
  ]),
);
const seconds = Int32Array.from(cycles, (row) => FIRST_SECOND + 60 * row);
const quantities = Int16Array.from(cycles, (row) => row % 1000);
let numbers = new Int32Array(0);

function rowNumbers(start: number, end: number): Int32Array<ArrayBuffer> {
  if (numbers.length < end) numbers = new Int32Array(2 * end).map((_, row) => row);
  return numbers.subarray(start, end);
}

function dictionaryOf(name: string, size: number): DictionaryIncrement {
  const texts = Array.from({ length: size }, (_, entry) => `${name}-${entry}`);
  let end = 0;
  return {
    from: 0,
    bytes: new TextEncoder().encode(texts.join('')),
    ends: Uint32Array.from(texts, (text) => (end += text.length)),
    isToken: new Uint8Array(size),
  };
}

function batchOf(start: number, end: number): DecodedBatch {
  const from = start % CYCLE;
  const to = from + end - start;
  const column = (name: string, chunk: ColumnChunk, size?: number) => ({
    name,
    chunk,
    increment: size !== undefined && start === 0 ? dictionaryOf(name, size) : null,
  });
  return {
    rowCount: end - start,
    nonFiniteNumbers: 0,
    columns: [
      column('ROW', { kind: 'number', numbers: rowNumbers(start, end), flags: null }),
      ...Object.entries(TEXT_COLUMNS).map(([name, size]) =>
        column(name, { kind: 'code', codes: codes.get(name)!.subarray(from, to) }, size),
      ),
      column('TRACKINTIMESTAMP', {
        kind: 'time',
        seconds: seconds.subarray(from, to),
        flags: null,
      }),
      column('TRACKINQTY', { kind: 'number', numbers: quantities.subarray(from, to), flags: null }),
    ],
  };
}

/** Appends batches until the table has so many rows; all tables share their arrays. */
export function growTable(table: ColumnTable, rowCount: number): void {
  while (table.rowCount < rowCount) {
    table.append(batchOf(table.rowCount, Math.min(rowCount, table.rowCount + CYCLE)));
  }
}

/** A table of any number of rows, in a few milliseconds. */
export function createTable(rowCount: number): ColumnTable {
  const table = new ColumnTable();
  growTable(table, rowCount);
  return table;
}

/** A table of a few rows, as the decoder makes it. */
export function tableOf(rows: readonly Record<string, unknown>[]): ColumnTable {
  const table = new ColumnTable();
  if (rows.length > 0) table.append(decodeRows(new LineDecoder(), 'rows', rows));
  return table;
}
