import type { StreamMessage } from '../protocol/index.js';

/** A JSON text and how many of its bare NaN, Infinity and -Infinity were taken as null. */
export interface ParsedJson {
  value: unknown;
  nonFiniteNumbers: number;
}

/** A line that was understood, or why it was not. */
export type ParsedLine =
  | { ok: true; message: StreamMessage; nonFiniteNumbers: number }
  /** `reason` is the end of a sentence that begins with the line. */
  | { ok: false; reason: string; cause?: unknown };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the bytes of one line as a message. Python writes bare NaN, Infinity and -Infinity: they
 * are taken as null and counted. The message's `type` may be one that this version does not know.
 */
export function parseLine(bytes: Uint8Array): ParsedLine {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    return { ok: false, reason: 'is not valid UTF-8', cause };
  }
  try {
    const { value, nonFiniteNumbers } = parseJsonText(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false, reason: 'is JSON, but not an object' };
    }
    return { ok: true, message: value as StreamMessage, nonFiniteNumbers };
  } catch (cause) {
    return { ok: false, reason: 'is not valid JSON', cause };
  }
}

/**
 * `JSON.parse`, and where that fails a second attempt with bare NaN, Infinity and -Infinity as
 * null. Throws the SyntaxError of the first attempt.
 */
export function parseJsonText(text: string): ParsedJson {
  try {
    return { value: JSON.parse(text), nonFiniteNumbers: 0 };
  } catch (error) {
    const repaired = replaceNonFinite(text);
    if (repaired.count === 0) throw error;
    try {
      return { value: JSON.parse(repaired.text), nonFiniteNumbers: repaired.count };
    } catch {
      throw error;
    }
  }
}

/**
 * Word boundaries need no check: `null` in the place of half a word is no JSON either. Strings are
 * skipped by hand, because a pattern for them overflows V8's stack on long ones.
 */
function replaceNonFinite(text: string): { text: string; count: number } {
  const token = /"|NaN|-?Infinity/g;
  const parts: string[] = [];
  let copied = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') {
      token.lastIndex = endOfString(text, token.lastIndex);
    } else {
      parts.push(text.slice(copied, match.index));
      copied = token.lastIndex;
    }
  }
  const count = parts.length;
  parts.push(text.slice(copied));
  return { text: parts.join('null'), count };
}

/** The place behind the quote that closes a string, which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (before >= start && text[before] === '\\') before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
}
