import { holdTo } from '../stream/errors/LimitExceededError.js';
import { JsonScanner, type ScannedValue } from '../stream/JsonScanner.js';
import type { Steps } from '../stream/Steps.js';
import type { ParsedJson } from '../stream/parseLine.js';
import type { DecodedBatch } from './DecodedBatch.js';
import type { RecordDecoder } from './RecordDecoder.js';

/** Rows a batch of an answer that came whole; a table takes it in one go. */
const BATCH_ROWS = 5_000;

/** An events answer: everything but its rows as `value`, the rows as columns. */
export interface ReadAnswer extends ParsedJson {
  /** The rows of each domain that has a list of them. */
  batches: Map<string, DecodedBatch[]>;
}

/**
 * Reads an events answer, bare or wrapped: the synchronous 200, a page of `/result`, a `full_result`
 * line. Its rows are taken whole or not at all.
 * @throws JsonSyntaxError, LimitExceededError
 */
export function* readAnswer(
  bytes: Uint8Array,
  decoderOf: (domain: string) => RecordDecoder,
): Steps<ReadAnswer> {
  const reader = new AnswerReader(bytes, decoderOf);
  try {
    return yield* reader.read();
  } catch (error) {
    reader.giveBack();
    throw error;
  }
}

class AnswerReader {
  readonly #scanner: JsonScanner;
  readonly #decoderOf: (domain: string) => RecordDecoder;
  readonly #batches = new Map<string, DecodedBatch[]>();
  readonly #restores: (() => void)[] = [];

  constructor(bytes: Uint8Array, decoderOf: (domain: string) => RecordDecoder) {
    this.#scanner = new JsonScanner(bytes);
    this.#decoderOf = decoderOf;
  }

  *read(): Steps<ReadAnswer> {
    const parsed = yield* this.#scanner.document((key, p) => this.#member(key, p));
    const batches = this.#batches;
    let { nonFiniteNumbers } = parsed;
    for (const batch of [...batches.values()].flat()) nonFiniteNumbers += batch.nonFiniteNumbers;
    return { value: parsed.value, nonFiniteNumbers, batches };
  }

  /** Leaves the decoders as if nothing had been read. */
  giveBack(): void {
    for (const restore of this.#restores) restore();
  }

  *#member(key: string, p: number): Steps<ScannedValue> {
    const scanner = this.#scanner;
    if (key === 'results' && scanner.isObject(p)) {
      return yield* scanner.object(p, (domain, at) => this.#result(domain, at));
    }
    if (key === 'data' && scanner.isObject(p)) {
      return yield* scanner.object(p, (inner, at) => this.#member(inner, at));
    }
    return yield* this.#value(p);
  }

  /** What is no row is handed to the page as it is. */
  *#value(p: number): Steps<ScannedValue> {
    const end = yield* this.#scanner.skip(p);
    holdTo('maxMessageBytes', end - p);
    return { value: this.#scanner.parse(p, end), end };
  }

  *#result(domain: string, p: number): Steps<ScannedValue> {
    const scanner = this.#scanner;
    if (!scanner.isObject(p)) return yield* this.#value(p);
    return yield* scanner.object(p, (key, at) =>
      key === 'data' && scanner.isArray(at) ? this.#rows(domain, at) : this.#value(at),
    );
  }

  *#rows(domain: string, p: number): Steps<ScannedValue> {
    const { bytes } = this.#scanner;
    if (this.#batches.has(domain)) {
      throw this.#scanner.error(p, `the rows of ${domain} stand twice in the answer`);
    }
    const decoder = this.#decoderOf(domain);
    this.#restores.push(decoder.mark());
    const { batches, end } = yield* decoder.steps(bytes, p, BATCH_ROWS, BATCH_ROWS);
    this.#batches.set(domain, batches);
    return { value: undefined, end };
  }
}
