import type { LineageScope, ReadLineage } from '../jobs/readLineage.js';
import type { ReadSeeds } from '../jobs/readSeeds.js';
import type { TraceLimit } from '../protocol/TraceLimits.js';
import type { DecodedLine, ReadAnswer } from '../records/index.js';

/** A decoded line, and where it stood. */
export interface PlacedLine extends DecodedLine {
  /** From 1; blank lines count. */
  line: number;
  /** Bytes of the stream before the line. */
  byteOffset: number;
}

/** What a body is read to. */
export interface BodyReads {
  seeds: ReadSeeds;
  answer: ReadAnswer;
  lineage: ReadLineage;
}

/** A body that is read as a whole. */
export type BodyRequest =
  { type: 'seeds' } | { type: 'answer' } | { type: 'lineage'; scope: LineageScope };

/** What the decode worker is told: what comes, its bytes, and their end, or where they were cut. */
export type DecodeRequest =
  | { type: 'stream'; maxLineBytes: number }
  | BodyRequest
  | { type: 'chunk'; bytes: Uint8Array }
  | { type: 'end' }
  | { type: 'cut' };

/** What a line or a body is too much of. */
export interface ExceededLimit {
  limit: TraceLimit;
  most: number;
  domain?: string;
}

/** Why a line was refused. */
export type LineRefusal =
  | { kind: 'malformed'; line: number; byteOffset: number; reason: string; isCut: boolean }
  | { kind: 'too-long'; line: number; byteOffset: number }
  | ({ kind: 'limit'; line: number; byteOffset: number } & ExceededLimit);

/** What the decode worker says. */
export type DecodeReply =
  /** Its script runs. */
  | { type: 'ready' }
  /** The lines that ended in a chunk, in their order; `bytes` of it are done. */
  | { type: 'lines'; lines: PlacedLine[]; bytes: number; line: number }
  | { type: 'ended' }
  | { type: 'refused'; refusal: LineRefusal }
  /** A body, as it was read. */
  | { type: 'body'; read: BodyReads[keyof BodyReads] }
  /** A body that is no JSON. */
  | { type: 'invalid'; at: number; reason: string }
  /** A body that is too much. */
  | ({ type: 'limit' } & ExceededLimit);
