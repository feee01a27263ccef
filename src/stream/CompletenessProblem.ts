/** One thing that a result lacks; a result without problems is complete. */
export type CompletenessProblem =
  /** The stream, or the answer, ended before its own end mark. */
  | { kind: 'no-end-mark' }
  /** The server ended the stream with an `error` line. */
  | { kind: 'error-line'; code: string | null; message: string }
  /** Named in `meta.domains`, and never begun. */
  | { kind: 'domain-missing'; domain: string }
  /** Begun, and never ended; `expected` is null where no total was told. */
  | { kind: 'domain-unfinished'; domain: string; received: number; expected: number | null }
  /** The server says that it could not fetch the domain. */
  | { kind: 'domain-failed'; domain: string }
  /** Batches `from` … `to`, both included, did not come. */
  | { kind: 'batches-missing'; domain: string; from: number; to: number }
  /** A batch came twice or out of order; it was not taken. */
  | { kind: 'batch-unexpected'; domain: string; batch: number }
  /** A batch's `data` has not the `count` rows that it announces. */
  | { kind: 'batch-count'; domain: string; batch: number; received: number; expected: number }
  /** A domain has fewer or more rows than its `total` or `count` says. */
  | { kind: 'count-mismatch'; domain: string; received: number; expected: number }
  /** The rows of all domains differ from the end mark's `total_records`. */
  | { kind: 'total-mismatch'; received: number; expected: number };
