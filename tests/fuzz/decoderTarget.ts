import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ColumnTable, LineDecoder } from '../../src/records/index.js';
import { LimitExceededError } from '../../src/stream/errors/LimitExceededError.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';
import { batches, pythonJson } from '../records/rowArbitraries.js';
import { rowsToJson } from '../records/rowsToJson.js';
import { type FuzzTarget, fromBytes, toBytes } from './FuzzTarget.js';
import { expectedLine } from './lineOracle.js';

interface DecoderInput {
  lines: string[];
}

const encoder = new TextEncoder();
const SPLINTERS = [
  ...[
    '"',
    '\\',
    ',',
    ':',
    '[',
    ']',
    '{',
    '}',
    '\\u',
    '\\ud800',
    '\\"',
    '""',
    '{}',
    '[]',
    ' ',
    '\n',
  ],
  ...[
    '0',
    '-',
    '.',
    'e',
    '1e999',
    '-0',
    '00',
    '0.',
    '9'.repeat(30),
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  ...[
    'null',
    'true',
    'false',
    'nul',
    '"a":1,',
    '"__proto__":1,',
    '"type":"meta",',
    '"domain":"e",',
  ],
  ...['"data":[],', '"type":{"toString":1},', '"count":{"valueOf":1},', '"type":"full_result",'],
  ...[
    '\xff',
    '\x80',
    '\xc3',
    '\xed\xa0\x80',
    '\xef\xbb\xbf',
    '\x00',
    '\x1f',
    '2026-02-29 00:00:00',
  ],
  '[['.repeat(60),
];

/** A line as servers write it, or with its members in another order. */
const line = fc
  .record({
    rows: batches.map((all) => all[0]!),
    domain: fc.constantFrom('d', 'd', 'e', '__proto__'),
    type: fc.constantFrom('records', 'records', 'records', 'warning', 'meta'),
    isPython: fc.boolean(),
    order: fc.shuffledSubarray(['type', 'domain', 'batch', 'count', 'data'], { minLength: 4 }),
    isOrdered: fc.boolean(),
  })
  .map(({ rows, domain, type, isPython, order, isOrdered }) => {
    const json = isPython ? pythonJson : JSON.stringify;
    const members: Record<string, string> = {
      type: json(type),
      domain: json(domain),
      batch: '0',
      count: String(rows.length),
      data: isPython ? pythonJson(rows) : rowsToJson(rows),
    };
    const keys = isOrdered ? Object.keys(members) : order;
    return fromBytes(encoder.encode(`{${keys.map((key) => `"${key}":${members[key]}`).join()}}`));
  });

/** One place of a line made another: cut out, written over, doubled, or with something put in. */
interface Mutation {
  /** Where in the line, 0 to 1. */
  at: number;
  length: number;
  kind: 'cut' | 'put' | 'over' | 'double';
  splinter: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 6 }),
  kind: fc.constantFrom<Mutation['kind'][]>('cut', 'put', 'put', 'over', 'double'),
  splinter: fc.oneof(
    fc.constantFrom(...SPLINTERS),
    fc.nat({ max: 255 }).map((n) => String.fromCharCode(n)),
  ),
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((now, { at, length, kind, splinter }) => {
    const from = Math.floor(at * now.length);
    const part = now.slice(from, from + length);
    const middle = { cut: '', put: splinter + part, over: splinter, double: part + part }[kind];
    return now.slice(0, from) + middle + now.slice(from + length);
  }, text);
}

const mutations = fc.oneof(
  fc.constant<Mutation[]>([]),
  fc.array(mutation, { minLength: 1, maxLength: 3 }),
);
const arbitrary: fc.Arbitrary<DecoderInput> = fc
  .array(
    fc.tuple(line, mutations).map(([text, changes]) => mutate(text, changes)),
    { minLength: 1, maxLength: 5 },
  )
  .map((lines) => ({ lines }));

const APART = { type: '', rows: 0, data: null };

/** A decoder, and the tables that a page would have of what it gave. */
class Page {
  readonly #decoder = new LineDecoder();
  readonly #tables = new Map<string, { table: ColumnTable; rows: object[] }>();

  take(text: string): void {
    const bytes = toBytes(text);
    const expected = expectedLine(bytes);
    const decoded = this.#decode(bytes);
    if (decoded === 'limit' || expected === 'either') {
      if (decoded === null || decoded === 'limit') return;
      throw new Error('a line that says something twice was taken');
    }
    if (decoded === null || expected === null) {
      if (decoded === expected) return;
      throw new Error(decoded ? 'taken, and should be refused' : 'refused, and should be taken');
    }
    if (expected.header.type === 'full_result') return;
    // the decoder has the number of rows in the header, and a `data` that is no list
    same({ ...expected.header, ...APART }, { ...decoded.header, ...APART }, 'header');
    if ((decoded.batch === null) !== (expected.rows === null)) throw new Error('rows or none');
    if (!decoded.batch || !expected.rows) return;
    const domain = expected.header.domain as string;
    const kept = this.#tables.get(domain) ?? { table: new ColumnTable(), rows: [] };
    this.#tables.set(domain, kept);
    kept.table.append(decoded.batch);
    kept.rows.push(...expected.rows);
  }

  /** The rows of all lines, cell by cell. */
  hold(): void {
    for (const { table, rows } of this.#tables.values()) same(rows, table.toJSON(), 'rows');
    if (Object.keys(Object.prototype).length > 0) throw new Error('a prototype was changed');
  }

  #decode(bytes: Uint8Array) {
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      if (error instanceof LimitExceededError) return 'limit';
      if (error instanceof JsonSyntaxError) return null;
      throw error;
    }
  }
}

function same(expected: unknown, actual: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

/** Lines as servers write them, and the same broken, against JSON.parse: the same cells, or both refuse. */
export const decoderTarget: FuzzTarget<DecoderInput> = {
  arbitrary,
  check({ lines }) {
    const page = new Page();
    for (const text of lines) page.take(text);
    page.hold();
  },
};
