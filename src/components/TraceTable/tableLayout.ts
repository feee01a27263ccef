import type { DrawnColumn } from './TraceTableColumn.js';

/** A number column as wide as this many digits needs no more room before the ten-millionth row. */
const LEAST_NUMBER_DIGITS = 7;

export interface TableLayoutInput {
  rowCount: number;
  rowHeight: number;
  headerHeight: number;
  columns: readonly DrawnColumn[];
}

/** The sizes of a table as CSS variables; the last column takes what is left of the width. */
export function tableLayout(input: TableLayoutInput): Record<string, string> {
  const { rowCount, rowHeight, headerHeight, columns } = input;
  const digits = Math.max(LEAST_NUMBER_DIGITS, String(rowCount).length);
  const rowNumber = 24 + Math.ceil(digits * 8.2 + Math.floor((digits - 1) / 3) * 4);
  const widths = columns.map(({ width }) => width);
  const last = widths.length - 1;
  const tracks = widths.map((width, i) => (i === last ? `minmax(${width}px, 1fr)` : `${width}px`));
  return {
    '--vts-table-row-height': `${rowHeight}px`,
    '--vts-table-header-height': `${headerHeight}px`,
    '--vts-table-row-number-width': `${rowNumber}px`,
    '--vts-table-tracks': [`${rowNumber}px`, ...tracks].join(' '),
    '--vts-table-width': `${widths.reduce((sum, width) => sum + width, rowNumber)}px`,
  };
}
