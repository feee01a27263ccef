import type { TraceDirection } from '../protocol/index.js';
import { JsonScanner, type ScannedValue } from '../stream/JsonScanner.js';
import type { Steps } from '../stream/Steps.js';
import { type ParsedJson, parseJsonText } from '../stream/parseLine.js';
import { cleanIds } from './cleanIds.js';

/** Whose relatives a lineage is read for. */
export interface LineageScope {
  seedIds: readonly string[];
  direction: TraceDirection;
}

/** What the events stage is asked with: JSON of many megabytes, which a Blob keeps out of the page's way. */
export interface EventsScope {
  containerCount: number;
  /**
   * A list of ids, each once: the seeds first; backward, all their ancestors; forward, all their
   * descendants, breadth first.
   */
  containerIds: Blob;
  /** What the stage reads of a lineage: an object with `ancestors`, `children_map`, `seed_roots`. */
  lineage: Blob;
}

/** A lineage answer: its plain fields as `value`, its relatives as an empty object each. */
export interface ReadLineage extends ParsedJson {
  scope: EventsScope;
}

/** Reads the body of a lineage answer; rejects with a SyntaxError where that is no JSON. */
export type LineageReader = (
  chunks: AsyncIterable<Uint8Array>,
  scope: LineageScope,
) => Promise<ReadLineage>;

/** Ids between two chances to pause. */
const STEP_IDS = 5_000;
const RELATIVES = new Set(['ancestors', 'children_map']);
/** Members of a lineage that the events stage reads. */
const SENT_ON = new Set([...RELATIVES, 'seed_roots']);
/** Nested members of which a value is made. */
const PARSED = new Set(['seed_roots', 'error', 'meta']);

/**
 * Reads a lineage answer, bare or wrapped, of any size: of its names, nodes and edges, which are most
 * of it, no value is made. Linear in the bytes; a lineage that runs in a circle ends.
 * @throws JsonSyntaxError
 */
export function* readLineage(
  bytes: Uint8Array<ArrayBuffer>,
  scope: LineageScope,
): Steps<ReadLineage> {
  const reader = new LineageBytes(bytes);
  const parsed = yield* reader.read();
  const ids = yield* collectIds(reader.relatives, scope);
  return {
    ...parsed,
    scope: {
      containerCount: ids.length,
      containerIds: yield* idsToJson(ids),
      lineage: reader.sentOn(),
    },
  };
}

class LineageBytes {
  /** Relatives by id, of `ancestors` and of `children_map`. */
  readonly relatives: Record<string, Map<string, string[]>> = {};
  readonly #scanner: JsonScanner;
  /** The members that the events stage reads, as they stand. */
  readonly #members = new Map<string, BlobPart>();

  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#scanner = new JsonScanner(bytes);
  }

  read(): Steps<ParsedJson> {
    return this.#scanner.document((key, p) => this.#member(key, p));
  }

  sentOn(): Blob {
    const members = [...this.#members].flatMap(([key, value], i) => [
      `${i === 0 ? '' : ','}"${key}":`,
      value,
    ]);
    return new Blob(['{', ...members, '}']);
  }

  *#member(key: string, p: number): Steps<ScannedValue> {
    const before = this.#scanner.nonFiniteNumbers;
    const read = yield* this.#read(key, p);
    if (!SENT_ON.has(key) || typeof read.value !== 'object') return read;
    const isJson = this.#scanner.nonFiniteNumbers === before;
    const bytes = this.#bytes.subarray(p, read.end);
    this.#members.set(key, isJson ? bytes : withoutNaN(bytes));
    // its size is unknown, and the page needs to know no more than that it is there
    return { value: read.value && {}, end: read.end };
  }

  *#read(key: string, p: number): Steps<ScannedValue> {
    const scanner = this.#scanner;
    const isObject = scanner.isObject(p);
    if (isObject && key === 'data') {
      return yield* scanner.object(p, (inner, at) => this.#member(inner, at));
    }
    if (isObject && RELATIVES.has(key)) {
      return { value: {}, end: yield* this.#relatives(key, p) };
    }
    if (PARSED.has(key) || !(scanner.isObject(p) || scanner.isArray(p))) {
      return yield* scanner.value(p);
    }
    return { value: undefined, end: yield* scanner.skip(p) };
  }

  *#relatives(key: string, p: number): Steps<number> {
    const scanner = this.#scanner;
    const lists = new Map<string, string[]>();
    const end = yield* scanner.parts(p, (part) => {
      for (const [id, list] of Object.entries(part)) {
        lists.set(id, Array.isArray(list) ? cleanIds(list) : []);
      }
    });
    this.relatives[key] = lists;
    return end;
  }
}

/** Python writes bare NaN; what is sent on must be JSON. */
function withoutNaN(bytes: Uint8Array<ArrayBuffer>): string {
  return JSON.stringify(parseJsonText(new TextDecoder().decode(bytes)).value);
}

/** A Set yields what is added while it is walked: forward, it is the queue of the search. */
function* collectIds(
  { ancestors, children_map: children }: Record<string, Map<string, string[]>>,
  { seedIds, direction }: LineageScope,
): Steps<string[]> {
  const seeds = cleanIds(seedIds);
  const collected = new Set(seeds);
  const relatives = direction === 'backward' ? ancestors : children;
  let walked = 0;
  // backward each list already holds all ancestors of its seed
  for (const id of direction === 'backward' ? seeds : collected) {
    for (const relative of relatives?.get(id) ?? []) collected.add(relative);
    if (++walked % STEP_IDS === 0) yield;
  }
  return [...collected];
}

function* idsToJson(ids: readonly string[]): Steps<Blob> {
  const parts = ['['];
  for (let start = 0; start < ids.length; start += STEP_IDS) {
    const part = JSON.stringify(ids.slice(start, start + STEP_IDS)).slice(1, -1);
    parts.push(start === 0 ? part : `,${part}`);
    yield;
  }
  return new Blob([...parts, ']']);
}
