import { indexOfNewline } from './indexOfNewline.js';
import { LineTooLongError } from './errors/LineTooLongError.js';

const CARRIAGE_RETURN = 13;
const BOM_BYTES = 3;
/** Memory of four times this is never worth giving back, bytes. */
const LEAST_BYTES_TO_RELEASE = 65_536;
/** After so many lines in a row that filled less than a quarter of it, memory is given back. */
const SMALL_LINES_TO_RELEASE = 8;

/** A line without its end, `\n` or `\r\n`. */
export interface SplitLine {
  /**
   * Good until the next line is asked for: they share the memory of the chunk, or, where the line lies
   * in more than one, of the splitter.
   */
  bytes: Uint8Array;
  /** From 1; blank lines count. */
  line: number;
  /** Bytes of the stream before the line, a BOM included. */
  byteOffset: number;
  /** False where the stream ended in place of the line, which may be cut then. */
  hasEnd: boolean;
}

/** 64 MiB: a batch of 5000 wide rows takes about 5. */
export const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;

/**
 * Splits byte chunks into lines, in time linear in the bytes whatever the sizes of the chunks: only
 * new bytes are searched, and what a chunk has of an unfinished line is copied once, into memory that
 * all lines take turns in, and that is given back behind a line much longer than the others. Skips blank lines, drops a BOM
 * at the start. A byte 10 is never part of another character in UTF-8, so no text is decoded here.
 *
 * Both generators must be drained; they throw {@link LineTooLongError} behind the lines before it.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  /** The unfinished line: its first `#kept` bytes. */
  #buffer = new Uint8Array(0);
  #kept = 0;
  /** Lines in a row that needed little of the buffer. */
  #smallLines = 0;
  #line = 1;
  #lineOffset = 0;

  constructor(maxLineBytes: number = DEFAULT_MAX_LINE_BYTES) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The line under way, from 1. */
  get line(): number {
    return this.#line;
  }

  /** Takes a chunk, which must not change any more, and yields the lines that it completes. */
  *push(chunk: Uint8Array): Generator<SplitLine, void, undefined> {
    let start = 0;
    for (;;) {
      const newline = indexOfNewline(chunk, start);
      if (newline === -1) break;
      const line = this.#complete(chunk.subarray(start, newline), 1);
      start = newline + 1;
      if (line) yield line;
    }
    if (start < chunk.byteLength) this.#keep(chunk.subarray(start));
  }

  /** Yields the last line, where the stream did not end with a newline. */
  *end(): Generator<SplitLine, void, undefined> {
    if (this.#kept === 0) return;
    const line = this.#complete(new Uint8Array(0), 0);
    if (line) yield line;
  }

  #keep(piece: Uint8Array): void {
    // the line before is not needed any more
    if (this.#smallLines === SMALL_LINES_TO_RELEASE && this.#kept === 0) this.#release();
    const kept = this.#kept + piece.byteLength;
    // What the end of the line may still take off: its \r, and the BOM of the first line.
    const slack = this.#line === 1 ? 1 + BOM_BYTES : 1;
    if (kept > this.#maxLineBytes + slack) this.#refuse();
    if (kept > this.#buffer.byteLength) {
      const larger = new Uint8Array(Math.max(kept, 2 * this.#buffer.byteLength));
      larger.set(this.#buffer.subarray(0, this.#kept));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#kept);
    this.#kept = kept;
  }

  #complete(last: Uint8Array, newlineBytes: number): SplitLine | null {
    const raw = this.#kept === 0 ? last : this.#join(last);
    const bomBytes = this.#line === 1 && startsWithBom(raw) ? BOM_BYTES : 0;
    const end = raw.at(-1) === CARRIAGE_RETURN ? raw.byteLength - 1 : raw.byteLength;
    const bytes = raw.subarray(bomBytes, Math.max(bomBytes, end));
    const byteOffset = this.#lineOffset + bomBytes;
    const line = { bytes, line: this.#line, byteOffset, hasEnd: newlineBytes > 0 };
    if (bytes.byteLength > this.#maxLineBytes) this.#refuse();
    this.#line += 1;
    this.#lineOffset += raw.byteLength + newlineBytes;
    return isBlank(bytes) ? null : line;
  }

  #join(last: Uint8Array): Uint8Array {
    this.#keep(last);
    const line = this.#buffer.subarray(0, this.#kept);
    const isSmall = 4 * Math.max(this.#kept, LEAST_BYTES_TO_RELEASE) < this.#buffer.byteLength;
    this.#smallLines = isSmall ? this.#smallLines + 1 : 0;
    this.#kept = 0;
    return line;
  }

  #release(): void {
    this.#buffer = new Uint8Array(0);
    this.#smallLines = 0;
  }

  #refuse(): never {
    throw new LineTooLongError(this.#line, this.#lineOffset, this.#maxLineBytes);
  }
}

function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Only what JSON calls white space. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 32 || byte === 9 || byte === CARRIAGE_RETURN);
}
