import type { DecodedLine } from './LineDecoder.js';

/** A decoded line, and where it stood. */
export interface PlacedLine extends DecodedLine {
  /** From 1; blank lines count. */
  line: number;
  /** Bytes of the stream before the line. */
  byteOffset: number;
}

/** What the decode worker is told. */
export type DecodeRequest =
  { type: 'begin'; maxLineBytes: number } | { type: 'chunk'; bytes: Uint8Array } | { type: 'end' };

/** Why a line was refused. */
export type DecodeRefusal =
  | { kind: 'malformed'; line: number; byteOffset: number; reason: string }
  | { kind: 'too-long'; line: number; byteOffset: number };

/** What the decode worker says. */
export type DecodeReply =
  /** Its script runs. */
  | { type: 'ready' }
  /** The lines that ended in a chunk, in their order; `bytes` of it are done. */
  | { type: 'lines'; lines: PlacedLine[]; bytes: number; line: number }
  | { type: 'ended' }
  | { type: 'refused'; refusal: DecodeRefusal };
