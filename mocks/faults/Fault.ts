/** How a body ends before its time. */
export type CutEnd =
  /** As though it were whole. */
  | 'clean'
  /** As though it were whole, between the bytes of one character: at the next one of several bytes. */
  | 'half-character'
  /** The connection is closed without the end of the body. */
  | 'close'
  /** The connection is reset. */
  | 'reset';

/** What a request can be answered with in place of its answer. */
export type AnswerFault =
  /** Refused with a status, such as 429 or 502; `retryAfterSeconds` makes a `Retry-After`. */
  | { kind: 'status'; status: number; retryAfterSeconds?: number; code?: string }
  /** A login page: HTML with 200. */
  | { kind: 'html' }
  /**
   * The job is gone, now or, in mid-answer, after so many bytes of the body, where the connection is
   * closed; every later request for it is answered with 404.
   */
  | { kind: 'expire'; afterBytes?: number };

/** What can happen to the bytes of an answer's body; counts are bytes of the body as it is sent. */
export type ByteFault =
  | { kind: 'cut'; afterBytes: number; end: CutEnd }
  /** Nothing more comes, and no end. */
  | { kind: 'stall'; afterBytes: number }
  /** From `afterBytes` on the next `bytes` come one by one, with a pause before each. */
  | { kind: 'trickle'; afterBytes: number; bytes: number; pauseMs: number };

/**
 * The connection ends after so many bytes of the answer as it goes over the wire: head, framing and
 * body. For `createFaultServer`; where there is no wire, nothing happens.
 */
export interface WireFault {
  kind: 'cut-wire';
  afterBytes: number;
  end: Extract<CutEnd, 'close' | 'reset'>;
}

/**
 * What can happen to the lines of a stream. `batch` numbers its `records` lines, of all domains
 * together, from 0; one that the stream does not have is left as it is.
 */
export type LineFault =
  /** In place of the batch comes its first half, with a line end. */
  | { kind: 'malformed-line'; batch: number }
  /** In place of the batch comes a line that does not end before so many bytes; then the connection is closed. */
  | { kind: 'endless-line'; batch: number; bytes: number }
  /** The `count` of the batch is too large by so much. */
  | { kind: 'wrong-count'; batch: number; by: number }
  /** The `total` of each `domain_start`, the `count` of each `domain_end` or `total_records` is too large by so much. */
  | { kind: 'wrong-total'; of: 'domain_start' | 'domain_end' | 'complete'; by: number }
  /** Batches are left out without a word. */
  | { kind: 'hole'; batch: number; batches: number }
  /** The last rows of the batch are left out, with a `count` to match; all of them: it comes empty. */
  | { kind: 'short-batch'; batch: number; rows: number }
  /** The batch comes a second time, right behind itself. */
  | { kind: 'repeat'; batch: number }
  /** The batch and the one behind it change places. */
  | { kind: 'reorder'; batch: number }
  /** The batch and all behind it are replaced by an `error` line. */
  | { kind: 'error-line'; batch: number; code?: string }
  /** `meta` announces so many domains more, which begin and end without rows behind it. */
  | { kind: 'many-domains'; domains: number };

/** What can happen to a page of `/result`. */
export type PageFault =
  /** The last rows of the page are left out, with a `count` to match. */
  { kind: 'short-page'; rows: number };

/** A way in which the answer to one request goes wrong. */
export type Fault = AnswerFault | ByteFault | WireFault | LineFault | PageFault;

/** The requests of a trace. */
export type TraceRequestKind =
  'seeds' | 'lineage' | 'events' | 'status' | 'result' | 'stream' | 'cancel';

/** One fault, and the requests that it meets. */
export interface FaultRule {
  on: TraceRequestKind;
  /** Id of the job, or its number in the order in which jobs are first asked for, from 0. @default every job */
  job?: string | number;
  /** Which of the job's requests of this kind is the first that it meets, from 0. @default 0 */
  nth?: number;
  /** How many in a row it meets. @default 1 */
  times?: number;
  fault: Fault;
}
