/** A column of a TraceTable. */
export interface TraceTableColumn {
  /** Name of the column in the table's rows. */
  name: string;
  /** Heading. @default the name */
  label?: string;
  /** Width, px. @default from the heading and the first rows */
  width?: number;
  /** @default 'end' for a column of numbers, else 'start' */
  align?: 'start' | 'end';
  /** Makes the text of a value that is there; null and missing values are shown as a dash. */
  format?: (value: unknown, row: number) => string;
}

/** A column as it is drawn. */
export interface DrawnColumn {
  readonly name: string;
  readonly label: string;
  readonly width: number;
  readonly isNumber: boolean;
  readonly format: TraceTableColumn['format'];
}
