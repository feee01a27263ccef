import { type ColumnChunk, VALUE } from '../columnChunk.js';
import type { DictionaryIncrement } from '../Dictionary.js';
import { DATE_TIME_LENGTH, formatDateTime } from '../dateTime.js';
import { plainText } from '../plainText.js';
import type { Steps } from './Steps.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const DASH = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Texts one behind the other: entries of a dictionary, or cells of a chunk. */
export interface TextRun {
  bytes: Uint8Array;
  /** Where each text ends in `bytes`. */
  ends: Uint32Array;
  /** 1 where a JSON token stands in place of a text. */
  isToken: Uint8Array | null;
  /** Not 0 where a cell holds no value. */
  flags: Uint8Array | null;
}

export function runOfIncrement({ bytes, ends, isToken }: DictionaryIncrement): TextRun {
  return { bytes, ends, isToken: isToken.includes(1) ? isToken : null, flags: null };
}

export function runOfTexts({ bytes, ends, flags }: ColumnChunk & { kind: 'text' }): TextRun {
  return { bytes, ends, isToken: null, flags };
}

/** Times as the texts that they stand for. */
export function* runOfTimes({ seconds, flags }: ColumnChunk & { kind: 'time' }): Steps<TextRun> {
  const bytes = new Uint8Array(seconds.length * DATE_TIME_LENGTH);
  const ends = new Uint32Array(seconds.length);
  for (let i = 0; i < seconds.length; i++) {
    const isValue = !flags || flags[i] === VALUE;
    if (isValue)
      encoder.encodeInto(formatDateTime(seconds[i]!), bytes.subarray(i * DATE_TIME_LENGTH));
    ends[i] = (i + 1) * DATE_TIME_LENGTH;
    if (i % 512 === 511) yield;
  }
  return { bytes, ends, isToken: null, flags };
}

export function startOf({ ends }: TextRun, i: number): number {
  return i === 0 ? 0 : ends[i - 1]!;
}

export function isNumberAt(run: TextRun, i: number): boolean {
  if (!run.isToken?.[i]) return false;
  const byte = run.bytes[startOf(run, i)]!;
  return byte === DASH || (byte >= ZERO && byte <= NINE);
}

/** The value of a text or a token; a cell's flag is not asked. */
export function valueAt(run: TextRun, i: number): unknown {
  const text = decoder.decode(run.bytes.subarray(startOf(run, i), run.ends[i]));
  return run.isToken?.[i] ? JSON.parse(text) : text;
}

export function textAt(run: TextRun, i: number): string {
  return plainText(valueAt(run, i));
}
