export type Row = Record<string, string | number | null>;

/** What the grids show: the columns of the rows, in their order. */
export interface GridColumns {
  names: readonly string[];
  /** Those that hold whole numbers. */
  numbers: readonly string[];
  /** Those that hold times, as YYYY-MM-DD HH:MM:SS. */
  times: readonly string[];
}

/** A table on screen, filled batch by batch; `Batch` is the form in which it takes rows best. */
export interface Grid<Batch = unknown> {
  /** The `rowCount` rows of a JSON array. */
  parse(bytes: Uint8Array, rowCount: number): Batch;
  /** Resolves, where it takes time, when the rows are in the table. */
  append(batch: Batch): unknown;
  /** Sorts by a column, rising; null for the order in which the rows came. */
  sort(column: string | null): unknown;
  /** Leaves the rows whose text in `column` contains `text`; null for all rows. */
  filter(column: string, text: string | null): unknown;
  /** The element that scrolls. */
  scroller(): HTMLElement;
  /** The elements of rows that are in the document. */
  rows(): Iterable<Element>;
  /** What a row shows in a column, times and numbers written as they came. */
  cell(row: Element, column: string): string;
}

/** Shows an empty table in `host`. */
export type CreateGrid = (host: HTMLElement, columns: GridColumns) => Grid | Promise<Grid>;

export interface GridContender {
  createGrid: CreateGrid;
}

/** Of a row and of a row's column, px: the same for all. */
export const ROW_HEIGHT = 32;
export const COLUMN_WIDTH = 180;

const text = new TextDecoder();
/** For tables that take row objects. */
export const parseRows = (bytes: Uint8Array) => JSON.parse(text.decode(bytes)) as Row[];
