export type Row = Record<string, unknown>;

/** What a reader of the stream is told to read; both hold the same rows. */
export interface StreamUrls {
  domain: string;
  /** NDJSON, 5000 rows a line. */
  stream: string;
  /** One JSON object. */
  answer: string;
}

/** Takes what a contender has read, and keeps it. */
export interface RowSink {
  /** The clock starts anew: what was done so far belongs to the stages before the stream. */
  begin(): void;
  /** Rows, which the sink keeps. */
  takeRows(rows: readonly Row[]): void;
  /** One parsed line of the stream. */
  takeLine(line: unknown): void;
  /** Rows that are in the hands of the contender from now on: how many in all. */
  setCount(rows: number): void;
}

/** Reads all rows; resolves when the last one was handed on. */
export type ReadStream = (urls: StreamUrls, sink: RowSink, host: HTMLElement) => Promise<unknown>;

export interface StreamContender {
  read: ReadStream;
  /** Selector of a row on screen, of a contender that shows them. */
  shownRow?: string;
}
