export interface CompletenessOptions {
  /** The domains that were asked for; missed even where the server does not announce them. */
  domains?: readonly string[];
  /** Of the trace; `mid_section_defect` may keep its rows. @default the profile of `meta` */
  profile?: string;
}

/** One thing that a result lacks; a result without problems is complete. */
export type CompletenessProblem =
  /** The stream, or the answer, ended before its own end mark. */
  | { kind: 'no-end-mark' }
  /** The server ended the stream with an `error` line. */
  | { kind: 'error-line'; code: string | null; message: string }
  /** No `meta` line came and nobody knows the domains, so that none of them can be missed. */
  | { kind: 'domains-unknown' }
  /** Asked for, announced or sent, and never begun (no `domain_start`, no entry in the answer). */
  | { kind: 'domain-missing'; domain: string }
  /** Begun, and never ended; `expected` is null where no total was told. */
  | { kind: 'domain-unfinished'; domain: string; received: number; expected: number | null }
  /** The server says that it could not fetch the domain; null where it does not say which. */
  | { kind: 'domain-failed'; domain: string | null }
  /** Batches `from` … `to`, both included, did not come. */
  | { kind: 'batches-missing'; domain: string; from: number; to: number }
  /**
   * A batch came where none may: behind the end of its domain or of the stream, or without a
   * domain (null) or a whole number (null); it was not taken.
   */
  | { kind: 'batch-unexpected'; domain: string | null; batch: number | null }
  /** A batch's `data` has not the `count` rows that it announces; null where it announces none. */
  | {
      kind: 'batch-count';
      domain: string;
      batch: number;
      received: number;
      expected: number | null;
    }
  /** A domain has fewer or more rows than its `total` or `count` says; null where it says none. */
  | { kind: 'count-mismatch'; domain: string; received: number; expected: number | null }
  /** A page of `/result` has not the rows that its place in the result calls for. */
  | {
      kind: 'page-count';
      domain: string;
      offset: number;
      received: number;
      expected: number | null;
    }
  /** The rows of all domains differ from the end mark's `total_records`; null where it has none. */
  | { kind: 'total-mismatch'; received: number; expected: number | null }
  /**
   * What was fetched later is of another result than the rows so far, by its ids, totals or rows; none
   * of it was taken. Null where that concerns all domains.
   */
  | { kind: 'result-changed'; domain: string | null };

/** Something odd or worth knowing of a result, by which no row is lost. */
export type CompletenessNotice =
  /** The server keeps the rows out of reach (newer MSD); `total` is null where it does not count. */
  | { kind: 'rows-not-offered'; domain: string; total: number | null }
  /** The stream had no `meta` line; its domains were checked against those that were asked for. */
  | { kind: 'meta-missing' }
  /** Rows of a domain came that `meta.domains` does not name; they were taken and checked. */
  | { kind: 'domain-unannounced'; domain: string }
  /** A batch came again; it was taken once. */
  | { kind: 'batch-repeated'; domain: string; batch: number }
  /** A line came where its type may not, such as a second `meta`; it was ignored. */
  | { kind: 'line-unexpected'; type: string; domain: string | null };

/** What a check found; `problems` is empty exactly where the result is complete. */
export interface CompletenessVerdict {
  problems: CompletenessProblem[];
  notices: CompletenessNotice[];
}
