import { inspect, isDeepStrictEqual } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { ColumnTable } from '../../src/records/index.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';
import { parseJsonText } from '../../src/stream/parseLine.js';
import { ARRAYS, ENCODINGS, VALUES } from './jsonCases.js';

const encode = (text: string) => new TextEncoder().encode(text);
const BLANK = /^[ \t\n\r]*/;

/** The rows as JSON.parse reads them, bare NaN as null; null where it refuses them, or they are none. */
function expectedRows(bytes: Uint8Array): Record<string, unknown>[] | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const { value } = parseJsonText(text);
    const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
    return Array.isArray(value) && value.every(isRow) ? value : null;
  } catch {
    return null;
  }
}

function blankEnd(bytes: Uint8Array, from: number): number {
  const rest = String.fromCharCode(...bytes.subarray(from));
  return from + BLANK.exec(rest)![0].length;
}

/** The rows as the decoder reads them; null where it refuses them, which must be at a place in the bytes. */
function decodedRows(bytes: Uint8Array, decoder = new RecordDecoder()) {
  try {
    const { batch, end } = decoder.decode(bytes, blankEnd(bytes, 0), 4);
    if (blankEnd(bytes, end) < bytes.length) return null;
    const table = new ColumnTable();
    table.append(batch);
    return table.toJSON();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    expect(error.at).toBeGreaterThanOrEqual(0);
    expect(error.at).toBeLessThanOrEqual(bytes.length);
    return null;
  }
}

function expectSame(bytes: Uint8Array) {
  const expected = expectedRows(bytes);
  const decoded = decodedRows(bytes);
  if (!isDeepStrictEqual(decoded, expected)) {
    const text = new TextDecoder().decode(bytes);
    expect.fail(`${inspect(text)}: ${inspect(decoded)} for ${inspect(expected)}`);
  }
  return expected;
}

/** Places of a value: alone, in a row that was expected, behind texts, numbers and times. */
const PLACES: readonly (readonly [string, string])[] = [
  ['[{"a":', '}]'],
  ['[{"a": ', ' , "b" : 2 }]'],
  ['[{"a":"x","b":1},{"a":', ',"b":2},{"a":"x","b":3}]'],
  ['[{"a":1},{"a":', '},{"a":1}]'],
  ['[{"a":"2026-01-02 03:04:05"},{"a":', '}]'],
  ['[{"b":null},{"a":', '},{"b":null}]'],
];

describe.each(Object.entries(VALUES))('as a cell, %s', (_group, values) => {
  it('give what JSON.parse gives, or are refused as it refuses them', () => {
    for (const value of values) {
      for (const [before, after] of PLACES) expectSame(encode(before + value + after));
      // and once more where the value stood in the row above
      expectSame(encode(`[{"a":${value}},{"a":${value}},{"a":"b"},{"a":${value}}]`));
    }
  });

  it('are refused at each place where they are cut', () => {
    for (const value of values) {
      const bytes = encode(`[{"a":1},{"a":${value}}]`);
      for (let length = 0; length < bytes.length; length++) expectSame(bytes.slice(0, length));
    }
  });
});

describe('the array and its rows', () => {
  it.each(ARRAYS)('%j', (text) => {
    expectSame(encode(text));
  });
});

describe('the bytes of a text', () => {
  const quoted = (before: string, bytes: readonly number[], after: string) =>
    new Uint8Array([...encode(before), ...bytes, ...encode(after)]);

  it.each(Object.entries(ENCODINGS))('%s', (_kind, bytes) => {
    for (const around of ['', 'a', 'some text', '\\n', '測']) {
      expectSame(quoted(`[{"a":"${around}`, bytes, `${around}"}]`));
      expectSame(quoted(`[{"a":"x"},{"a":"${around}`, bytes, '"},{"a":"x"}]'));
      expectSame(quoted(`[{"a":["${around}`, bytes, '"]}]'));
      expectSame(quoted(`[{"${around}`, bytes, '":1}]'));
    }
    expectSame(quoted('[{"a":1}', bytes, ']'));
    expectSame(quoted('', bytes, '[{"a":1}]'));
  });

  it('in UTF-16 are no rows', () => {
    for (const order of [[0xff, 0xfe], []]) {
      const units = [...'[{"a":1}]'].flatMap((c) => [c.charCodeAt(0), 0]);
      expect(expectSame(new Uint8Array([...order, ...units]))).toBeNull();
    }
  });
});

it.each([0, 1, 2, 3, 31, 32, 33, 255, 256, 500])('%i columns', (count) => {
  const row = (n: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, i % 2 ? n : `t${n}`]));
  expectSame(encode(JSON.stringify([row(1), row(1), row(2)])));
});

it.each([
  ['arrays', '[', ']'],
  ['objects', '{"a":', '}'],
])('takes %s up to a depth that no row needs, and refuses deeper ones', (_what, open, close) => {
  const deep = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
  for (const depth of [1, 99, 100]) expectSame(encode(`[{"a":${deep(depth)}}]`));
  const decoder = new RecordDecoder();
  for (const depth of [101, 10_000, 1_000_000]) {
    for (const value of [deep(depth), open.repeat(depth), deep(depth).replace('1', 'NaN')]) {
      expect(() => decoder.decode(encode(`[{"a":${value}}]`), 0, 1)).toThrow(
        expect.objectContaining({ code: 'LIMIT_EXCEEDED', limit: 'maxDepth', most: 100 }),
      );
    }
  }
  expect(decoder.decode(encode('[{"a":1}]'), 0, 1).batch.rowCount).toBe(1);
});

it('refuses what the engine has not the stack for', () => {
  const overflow = new RangeError('Maximum call stack size exceeded');
  const parse = vi.spyOn(JSON, 'parse').mockImplementation(() => {
    throw overflow;
  });
  try {
    expect(() => new RecordDecoder().decode(encode('[{"a":[1]}]'), 0, 1)).toThrow(
      expect.objectContaining({ name: 'JsonSyntaxError' }),
    );
  } finally {
    parse.mockRestore();
  }
});
