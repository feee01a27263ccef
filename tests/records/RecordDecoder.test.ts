import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonText } from '../../src/stream/parseLine.js';
import { ColumnTable } from '../../src/records/ColumnTable.js';
import { RecordDecoder } from '../../src/records/RecordDecoder.js';
import { JsonSyntaxError } from '../../src/stream/JsonSyntaxError.js';
import { batches, pythonJson, tidyRows } from './rowArbitraries.js';

const encode = (text: string) => new TextEncoder().encode(text);

/** Decodes batches one after the other into one table. */
function decodeAll(texts: readonly string[]) {
  const decoder = new RecordDecoder();
  const table = new ColumnTable();
  for (const text of texts) {
    const bytes = encode(text);
    const { batch, end } = decoder.decode(bytes, 0, 10);
    expect(end).toBe(bytes.length);
    table.append(batch);
  }
  return table;
}

function expectRows(table: ColumnTable, rows: readonly Record<string, unknown>[]) {
  expect(table.rowCount).toBe(rows.length);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  expect(new Set(table.columns.map(({ name }) => name))).toEqual(names);
  for (const [i, row] of rows.entries()) {
    for (const name of names) {
      const expected = Object.hasOwn(row, name) ? row[name] : undefined;
      const value = table.value(i, name);
      // not expect's equality, which takes an own property named constructor for a class
      if (!isDeepStrictEqual(value, expected))
        expect.fail(`row ${i}, ${name}: ${inspect(value)} for ${inspect(expected)}`);
    }
    if (!isDeepStrictEqual(table.row(i), row)) expect.fail(`row ${i}: ${inspect(table.row(i))}`);
  }
}

describe('RecordDecoder', () => {
  it('gives what JSON.parse gives, cell by cell, whatever the batches hold', () => {
    fc.assert(
      fc.property(batches, fc.constantFrom('compact', 'python', 'pretty'), (rows, style) => {
        const write = {
          compact: JSON.stringify,
          python: pythonJson,
          pretty: (value: unknown) => JSON.stringify(value, null, 2),
        }[style];
        const texts = rows.map((batch) => write(batch));
        const parsed = texts.flatMap((t) => JSON.parse(t) as Record<string, unknown>[]);
        expectRows(decodeAll(texts), parsed);
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['white space where the row before had none', '[{"a":1,"b":2},{"a": 1,"b":2},{"a":1,"b":\t3}]'],
    ['keys that stand twice, row after row', '[{"a":1,"a":2},{"a":3,"a":4},{"a":5}]'],
    ['a null that a later key of the row replaces', '[{"a":1},{"a":null,"a":5},{"a":6}]'],
    ['a null before a key that was not expected', '[{"a":1,"b":2},{"a":null,"c":3},{"a":4,"c":5}]'],
  ])('takes %s', (_what, json) => {
    expectRows(decodeAll([json]), JSON.parse(json) as Record<string, unknown>[]);
  });

  it('refuses what JSON.parse refuses, takes the rest alike, and goes on afterwards', () => {
    const wound = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('drop', 'insert', 'replace', 'cut'),
      byte: fc.oneof(
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom(...[...'"\\,:[]{}0-9.eEntfNI \n'].map((c) => c.charCodeAt(0))),
      ),
    });
    fc.assert(
      fc.property(tidyRows, fc.array(wound, { minLength: 1, maxLength: 3 }), (rows, wounds) => {
        const sound = JSON.stringify(rows);
        const bytes = wounds.reduce(injure, encode(sound));
        const expected = oracle(bytes);
        const decoder = new RecordDecoder();
        const table = new ColumnTable();
        table.append(decoder.decode(encode(sound), 0, 4).batch);
        const taken = attempt(decoder, bytes);
        if (taken) table.append(taken);
        if (!isDeepStrictEqual(taken !== null, expected !== null)) {
          expect.fail(
            `${inspect(new TextDecoder().decode(bytes))} was ${taken ? 'taken' : 'refused'}`,
          );
        }
        table.append(decoder.decode(encode(sound), 0, 4).batch);
        const parsed = JSON.parse(sound) as Record<string, unknown>[];
        expectRows(table, [...parsed, ...(expected ?? []), ...parsed]);
      }),
      { numRuns: 1500 },
    );
  });
});

function injure(bytes: Uint8Array, { at, kind, byte }: { at: number; kind: string; byte: number }) {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  if (kind === 'cut') return bytes.slice(0, place);
  const middle = kind === 'drop' ? [] : [byte];
  return new Uint8Array([
    ...bytes.slice(0, place),
    ...middle,
    ...bytes.slice(kind === 'insert' ? place : place + 1),
  ]);
}

/** The rows of the bytes as JSON.parse reads them, bare NaN as null; null where they are no rows. */
function oracle(bytes: Uint8Array): Record<string, unknown>[] | null {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const { value } = parseJsonText(decoded);
    const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
    return Array.isArray(value) && value.every(isRow) ? value : null;
  } catch {
    return null;
  }
}

/** The batch that the bytes are, where they are nothing but one; null where they are refused. */
function attempt(decoder: RecordDecoder, bytes: Uint8Array) {
  const blank = /^[ \t\n\r]*/;
  const text = (from: number) => String.fromCharCode(...bytes.subarray(from));
  const restore = decoder.mark();
  try {
    const { batch, end } = decoder.decode(bytes, blank.exec(text(0))![0].length, 4);
    if (blank.exec(text(end))![0].length === bytes.length - end) return batch;
    // a batch that nobody takes must be as if it had never been
    restore();
    return null;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return null;
    throw error;
  }
}
