/** How much of a trace a page takes; what goes beyond ends it with `LimitExceededError`, its rows kept. */
export interface TraceLimits {
  /** Rows of all domains. @default 20000000 */
  maxRows: number;
  /** Bytes of the result, after decompression. @default 6442450944 (6 GiB) */
  maxBytes: number;
}

/** Ten times a trace of 1.7 million rows and 420 MB, and some. */
export const DEFAULT_LIMITS: Readonly<TraceLimits> = {
  maxRows: 20_000_000,
  maxBytes: 6 * 1024 ** 3,
};

/** What no server that means well comes near, and a page could not show. */
export const FIXED_LIMITS = {
  /** Arrays and objects around a value. */
  maxDepth: 100,
  /** Columns of a domain. */
  maxColumns: 1_000,
  /** Cells of a batch, those of absent columns included. */
  maxCells: 2 ** 24,
  /** Domains of a trace. */
  maxDomains: 256,
  /** Batches of a trace, however small. */
  maxBatches: 500_000,
  /** Members of a row, keys that repeat included, and of a line besides its rows. */
  maxFields: 1_000,
  /** Characters of the name of a domain or a column. */
  maxNameLength: 500,
  /** Bytes of a line without rows, and of what an events answer has besides them. */
  maxMessageBytes: 8 * 1024 ** 2,
  /** Bytes of an answer that comes whole. */
  maxAnswerBytes: 512 * 1024 ** 2,
} as const;

export type TraceLimit = keyof TraceLimits | keyof typeof FIXED_LIMITS;
