import type { StreamMessage } from '../protocol/index.js';
import { headerOf, type MessageHeader } from '../stream/messageHeader.js';
import { parseLine } from '../stream/parseLine.js';
import { type DecodedBatch, RecordDecoder } from './RecordDecoder.js';
import { RecordSyntaxError } from './RecordSyntaxError.js';
import { rowsToJson } from './rowsToJson.js';
import { ValueReader } from './ValueReader.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const encoder = new TextEncoder();

/** A line of the stream, its rows as columns. */
export interface DecodedLine {
  /** Everything but the rows. */
  header: MessageHeader;
  /** The rows of a `records` line; null for all others, and where `data` is no array. */
  batch: DecodedBatch | null;
  /** The whole message of any other line. */
  message: StreamMessage | null;
  /** Bare NaN, Infinity and -Infinity, which were taken as null. */
  nonFiniteNumbers: number;
}

/** Turns lines of a stream, and rows of answers, into columns; one decoder a result. */
export class LineDecoder {
  readonly #decoders = new Map<string, RecordDecoder>();
  readonly #reader = new ValueReader();

  /**
   * Decodes a line. Its members may stand in any order; nothing is taken before all of it was read.
   * @throws RecordSyntaxError with the place in the line
   */
  decode(bytes: Uint8Array): DecodedLine {
    const members = this.#readRecords(bytes);
    if (members) return members;
    const parsed = parseLine(bytes);
    if (!parsed.ok) throw new RecordSyntaxError(0, parsed.reason);
    const { message, nonFiniteNumbers } = parsed;
    return { header: headerOf(message), batch: null, message, nonFiniteNumbers };
  }

  /** Rows that came parsed already, as the next batch of their domain. */
  decodeRows(domain: string, rows: readonly Record<string, unknown>[]): DecodedBatch {
    const bytes = encoder.encode(rowsToJson(rows));
    return this.#decoderOf(domain).decode(bytes, 0, rows.length).batch;
  }

  #decoderOf(domain: string): RecordDecoder {
    const known = this.#decoders.get(domain);
    if (known) return known;
    const decoder = new RecordDecoder();
    this.#decoders.set(domain, decoder);
    return decoder;
  }

  /** A `records` line; null for a line of another type. */
  #readRecords(bytes: Uint8Array): DecodedLine | null {
    const reader = this.#reader;
    reader.begin(bytes);
    const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    let dataStart = -1;
    let decoded: { batch: DecodedBatch; end: number } | null = null;
    const isReady = () => fields.type === 'records' && typeof fields.domain === 'string';
    const decodeData = () =>
      this.#decoderOf(fields.domain as string).decode(bytes, dataStart, Number(fields.count) || 0);

    let p = reader.skipSpace(0);
    if (bytes[p] !== OPEN_BRACE) return null;
    do {
      const keyStart = reader.skipSpace(p + 1);
      const keyEnd = reader.textEnd(keyStart);
      const key = String(reader.parse(keyStart, keyEnd));
      p = reader.skipSpace(keyEnd);
      if (bytes[p] !== COLON) throw reader.error(p, 'a colon was expected');
      p = reader.skipSpace(p + 1);
      if (fields.type !== undefined && fields.type !== 'records') return null;
      if (key === 'data' && bytes[p] === OPEN_BRACKET) {
        if (dataStart >= 0) throw reader.error(p, 'data stands twice in the line');
        dataStart = p;
        decoded = isReady() ? decodeData() : null;
        p = decoded ? decoded.end : reader.skipValue(p);
      } else {
        const end = reader.skipValue(p);
        fields[key] = reader.parse(p, end);
        p = end;
      }
      p = reader.skipSpace(p);
    } while (bytes[p] === COMMA);
    if (bytes[p] !== CLOSE_BRACE || reader.skipSpace(p + 1) < bytes.length) {
      throw reader.error(p, 'the end of the line was expected');
    }
    if (fields.type !== 'records') return null;
    if (!decoded && dataStart >= 0 && isReady()) decoded = decodeData();
    return toLine(fields, decoded?.batch ?? null, reader.nonFiniteNumbers);
  }
}

function toLine(
  fields: Record<string, unknown>,
  batch: DecodedBatch | null,
  nonFiniteNumbers: number,
): DecodedLine {
  const rows = batch ? batch.rowCount : null;
  return {
    header: { ...fields, type: 'records', rows },
    batch,
    message: null,
    nonFiniteNumbers: nonFiniteNumbers + (batch?.nonFiniteNumbers ?? 0),
  };
}
