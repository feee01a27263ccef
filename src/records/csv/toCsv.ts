import { createYielder } from '../../stream/createYielder.js';
import type { RecordTable } from '../RecordTable.js';
import { csvCell, csvText } from './csvCell.js';

/** Without it Excel takes UTF-8 for the code page of its country. */
const BOM = '\ufeff';
const LINE_END = '\r\n';
/** Characters of one part of the file: no text grows with the table. */
const PART_LENGTH = 1024 * 1024;
/** Rows between two chances to pause: well below a millisecond of the common ones. */
const STEP_ROWS = 16;

export interface CsvOptions {
  /** In the order of the file; the heading is the label. */
  columns: readonly { readonly name: string; readonly label?: string }[];
  /** Row numbers in the order of the file. @default all rows that are there now */
  rows?: Uint32Array | null;
  /** A line of its own before the headings: what a reader must not miss. @default none */
  notice?: string;
  signal?: AbortSignal;
  /** Told now and then how many rows are written. */
  onProgress?: (rows: number) => void;
  /** Lets the page breathe where it is time. @default slices of 8 ms */
  breathe?: () => Promise<void>;
}

/**
 * Writes rows of a table as a CSV file: RFC 4180, UTF-8 with a BOM, and no text that a spreadsheet
 * would take for a formula. Rejects with the signal's reason.
 */
export async function toCsv(
  table: RecordTable,
  { columns, rows = null, notice, signal, onProgress, breathe = createYielder() }: CsvOptions,
): Promise<Blob> {
  const names = columns.map(({ name }) => name);
  const headings = columns.map(({ name, label = name }) => csvText(label)).join();
  const parts: Blob[] = [];
  let text = BOM + (notice === undefined ? '' : csvText(notice) + LINE_END) + headings + LINE_END;
  const rowCount = rows?.length ?? table.rowCount;
  for (let place = 0; place < rowCount; place++) {
    const row = rows ? rows[place]! : place;
    for (let i = 0; i < names.length; i++) {
      if (i > 0) text += ',';
      text += csvCell(table.value(row, names[i]!));
    }
    text += LINE_END;
    if (text.length >= PART_LENGTH) {
      parts.push(new Blob([text]));
      text = '';
    }
    if (place % STEP_ROWS !== 0) continue;
    await breathe();
    signal?.throwIfAborted();
    onProgress?.(place);
  }
  signal?.throwIfAborted();
  onProgress?.(rowCount);
  return new Blob([...parts, text], { type: 'text/csv;charset=utf-8' });
}
