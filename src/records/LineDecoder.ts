import type { StreamMessage } from '../protocol/index.js';
import {
  fieldsOf,
  headerOf,
  type MessageHeader,
  textOf,
  textsOf,
  wholeNumber,
} from '../stream/messageHeader.js';
import { holdTo } from '../stream/errors/LimitExceededError.js';
import { JsonBytes } from '../stream/JsonBytes.js';
import type { Steps } from '../stream/Steps.js';
import { JsonSyntaxError } from '../stream/JsonSyntaxError.js';
import { parseLine } from '../stream/parseLine.js';
import { drain } from '../stream/drain.js';
import { type ReadAnswer, readAnswer } from './readAnswer.js';
import type { DecodedBatch } from './DecodedBatch.js';
import { type DecodedArray, RecordDecoder } from './RecordDecoder.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const NOTHING = (): void => undefined;

/** A line of the stream, its rows as columns. */
export interface DecodedLine {
  /** Everything but the rows. */
  header: MessageHeader;
  /** The rows of a `records` line; null for all others, and where `data` is no array. */
  batch: DecodedBatch | null;
  /** The whole message of any other line; of a `full_result` without its rows. */
  message: StreamMessage | null;
  /** The rows of a `full_result`, by domain. */
  result: ReadAnswer['batches'] | null;
  /** Bare NaN, Infinity and -Infinity, which were taken as null. */
  nonFiniteNumbers: number;
}

const TWICE = 'type stands twice in the line';

/** Turns lines of a stream, and answers that come whole, into columns; one decoder a result. */
export class LineDecoder {
  readonly #decoders = new Map<string, RecordDecoder>();
  readonly #domains = new Set<string>();
  /** Takes back what the line under way has changed. */
  #undo = NOTHING;

  /**
   * Decodes a line. Its members may stand in any order; nothing is taken before all of it was read.
   * @throws JsonSyntaxError with the place in the line, LimitExceededError
   */
  decode(bytes: Uint8Array): DecodedLine {
    return drain(this.steps(bytes));
  }

  /** As `decode`, with chances to pause. */
  *steps(bytes: Uint8Array): Steps<DecodedLine> {
    this.#undo = NOTHING;
    try {
      return yield* this.#line(bytes);
    } catch (error) {
      // its rows were decoded, and then the line was none
      this.#undo();
      throw error;
    }
  }

  *#line(bytes: Uint8Array): Steps<DecodedLine> {
    const read = yield* this.#readRecords(bytes);
    if (typeof read === 'object' && read !== null) return read;
    if (read === 'full_result') return yield* this.#fullResult(bytes);
    holdTo('maxMessageBytes', bytes.length);
    const parsed = parseLine(bytes);
    if (!parsed.ok) throw new JsonSyntaxError(0, parsed.reason);
    const { message, nonFiniteNumbers } = parsed;
    if (textOf(message.type) !== read) throw new JsonSyntaxError(0, TWICE);
    const json = new JsonBytes(bytes);
    json.valueEnd(json.skipSpace(0));
    this.#holdDomains(fieldsOf(message));
    return { header: headerOf(message), batch: null, message, result: null, nonFiniteNumbers };
  }

  /** Reads an answer that came whole: its rows are the next batches of their domains. */
  *answer(bytes: Uint8Array): Steps<ReadAnswer> {
    const read = yield* readAnswer(bytes, (domain) => this.#decoderOf(domain));
    const value = fieldsOf(read.value);
    const inner = value.results === undefined ? fieldsOf(value.data) : value;
    const { results, failed_domains } = inner;
    this.#holdDomains({ domains: Object.keys(fieldsOf(results)), failed_domains });
    return read;
  }

  /** Holds the domains that a line or an answer names to their limits: each is a tab and a table. */
  #holdDomains(names: { domain?: unknown; domains?: unknown; failed_domains?: unknown }): void {
    const all = [...textsOf(names.domains), ...textsOf(names.failed_domains)];
    if (typeof names.domain === 'string') all.push(names.domain);
    for (const name of all) {
      holdTo('maxNameLength', name.length);
      holdTo('maxDomains', this.#domains.add(name).size);
    }
  }

  *#fullResult(bytes: Uint8Array): Steps<DecodedLine> {
    const marks = new Map([...this.#decoders].map(([name, decoder]) => [name, decoder.mark()]));
    this.#undo = () => {
      for (const name of this.#decoders.keys()) {
        const restore = marks.get(name);
        if (restore) restore();
        else this.#decoders.delete(name);
      }
    };
    const { value, batches, nonFiniteNumbers } = yield* this.answer(bytes);
    const message = value as StreamMessage;
    if (textOf(message.type) !== 'full_result') throw new JsonSyntaxError(0, TWICE);
    return { header: headerOf(message), batch: null, message, result: batches, nonFiniteNumbers };
  }

  /** The rows of a line that told its domain already. */
  #rowsOf(
    { domain, count }: Record<string, unknown>,
    bytes: Uint8Array,
    start: number,
  ): Steps<DecodedArray> {
    const decoder = this.#decoderOf(domain as string);
    this.#undo = decoder.mark();
    return decoder.steps(bytes, start, wholeNumber(count) ?? 0);
  }

  #decoderOf(domain: string): RecordDecoder {
    const known = this.#decoders.get(domain);
    if (known) return known;
    this.#holdDomains({ domain });
    const decoder = new RecordDecoder();
    this.#decoders.set(domain, decoder);
    return decoder;
  }

  /** A `records` line; the type of a line of another one. */
  *#readRecords(bytes: Uint8Array): Steps<DecodedLine | string | null> {
    const reader = new JsonBytes(bytes);
    const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    let dataStart = -1;
    let decoded: DecodedArray | null = null;
    let members = 0;
    const isReady = () => fields.type === 'records' && typeof fields.domain === 'string';
    const decodeData = () => this.#rowsOf(fields, bytes, dataStart);

    let p = reader.skipSpace(0);
    if (bytes[p] !== OPEN_BRACE) return null;
    do {
      holdTo('maxFields', ++members);
      const keyStart = reader.skipSpace(p + 1);
      const keyEnd = reader.textEnd(keyStart);
      const key = readKey(reader, keyStart, keyEnd, fields);
      p = reader.skipSpace(keyEnd);
      if (bytes[p] !== COLON) throw reader.error(p, 'a colon was expected');
      p = reader.skipSpace(p + 1);
      if (fields.type !== undefined && fields.type !== 'records') return textOf(fields.type);
      if (key === 'data' && bytes[p] === OPEN_BRACKET) {
        if (dataStart >= 0) throw reader.error(p, 'data stands twice in the line');
        dataStart = p;
        decoded = isReady() ? yield* decodeData() : null;
        p = decoded ? decoded.end : reader.valueEnd(p);
      } else {
        const end = reader.valueEnd(p);
        fields[key] = reader.parse(p, end);
        p = end;
      }
      p = reader.skipSpace(p);
    } while (bytes[p] === COMMA);
    if (bytes[p] !== CLOSE_BRACE || reader.skipSpace(p + 1) < bytes.length) {
      throw reader.error(p, 'the end of the line was expected');
    }
    if (fields.type !== 'records') return textOf(fields.type);
    this.#holdDomains(fields);
    if (!isReady()) holdJson(reader, dataStart);
    else if (!decoded && dataStart >= 0) decoded = yield* decodeData();
    return toLine(fields, decoded?.batches[0] ?? null, reader.nonFiniteNumbers);
  }
}

/** The key of a member. What says where rows belong is said once: they are decoded before the line ends. */
function readKey(reader: JsonBytes, start: number, end: number, fields: object): string {
  const key = reader.parse(start, end) as string;
  if ((key === 'type' || key === 'domain') && key in fields) {
    throw reader.error(start, `${key} stands twice in the line`);
  }
  return key;
}

/** Rows that belong nowhere must be JSON all the same. */
function holdJson(reader: JsonBytes, start: number): void {
  if (start >= 0) reader.parse(start, reader.valueEnd(start));
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
    result: null,
    nonFiniteNumbers: nonFiniteNumbers + (batch?.nonFiniteNumbers ?? 0),
  };
}
