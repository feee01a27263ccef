import type { ColumnTable, TableColumn } from './ColumnTable.js';
import type { ColumnChunk } from './columnChunk.js';
import type { DecodedBatch } from './DecodedBatch.js';

/**
 * Whether the rows of a table from `row` on are those of a batch, cell by cell. Both must come from the
 * same decoder, and the table must know the batch's dictionary entries: equal codes are equal values.
 */
export function holdsRows(table: ColumnTable, row: number, batch: DecodedBatch): boolean {
  const { rowCount, columns } = batch;
  if (row + rowCount > table.rowCount) return false;
  let done = 0;
  while (done < rowCount) {
    const at = table.batchOf(row + done);
    const from = row + done - table.starts[at]!;
    const end = table.starts[at + 1] ?? table.rowCount;
    const length = Math.min(rowCount - done, end - (row + done));
    for (const { name, chunk } of columns) {
      const column = table.column(name);
      if (!column || !isSame(column, { at, from, length, chunk, offset: done })) return false;
    }
    done += length;
  }
  return true;
}

/** Rows of a chunk of the table, and those of a batch that should be equal. */
interface Stretch {
  /** Chunk of the table. */
  at: number;
  from: number;
  length: number;
  chunk: ColumnChunk | null;
  offset: number;
}

function isSame(column: TableColumn, { at, from, length, chunk, offset }: Stretch): boolean {
  const own = column.chunks[at] ?? null;
  for (let i = 0; i < length; i++) {
    if (isSameCell(own, from + i, chunk, offset + i)) continue;
    const value = column.valueIn(own, from + i);
    if (!isSameValue(value, column.valueIn(chunk, offset + i))) return false;
  }
  return true;
}

/** True where two cells are equal at a glance; false where their values must be looked at. */
function isSameCell(a: ColumnChunk | null, i: number, b: ColumnChunk | null, j: number): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === 'code') return b.kind === 'code' && a.codes[i] === b.codes[j];
  if (b.kind === 'code' || a.flags?.[i] || b.flags?.[j]) return false;
  if (a.kind === 'number') return b.kind === 'number' && a.numbers[i] === b.numbers[j];
  if (a.kind === 'time') return b.kind === 'time' && a.seconds[i] === b.seconds[j];
  return false;
}

/** Whether two values of JSON are equal, whatever the order of their members. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const members = Object.entries(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    members.length === Object.keys(b).length &&
    members.every(
      ([key, value]) =>
        Object.hasOwn(b, key) && isSameValue(value, (b as Record<string, unknown>)[key]),
    )
  );
}
